package dev.octune.tuner.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.db.record.ConfirmedBest.Figure;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.job.JobResult;
import dev.octune.tuner.job.TaskResult;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * The end of a {@code tune}: a table for people, an object for programs.
 *
 * @param elapsedSeconds since the launcher's start
 * @param firstResultSeconds from the launcher's start to the first right measurement; empty where
 *     there was none
 * @param roofGops per task, in order: register-loop GOPS of the best leaf legal for it, all threads
 *     together; empty where unknown
 */
public record TuneReport(
    Target target,
    JobResult result,
    double elapsedSeconds,
    OptionalDouble firstResultSeconds,
    List<OptionalDouble> roofGops) {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;

  public TuneReport {
    roofGops = List.copyOf(roofGops);
    if (roofGops.size() != result.tasks().size()) {
      throw new IllegalArgumentException("one roof per task");
    }
  }

  /** The object of {@code tune --json}. */
  public ObjectNode json() {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("target", target.text());
    report.put("elapsed_seconds", elapsedSeconds);
    firstResultSeconds.ifPresentOrElse(
        seconds -> report.put("first_result_seconds", seconds),
        () -> report.putNull("first_result_seconds"));
    report.put("trials", result.trials());
    report.put("trials_per_second", result.trials() / elapsedSeconds);
    report.put("wrong_answers", result.wrongAnswers());
    report.put("build_failures", result.buildFailures());
    report.put("run_failures", result.runFailures());
    result.stopped().ifPresent(reason -> report.put("stopped", reason));
    ArrayNode tasks = report.putArray("tasks");
    for (int i = 0; i < result.tasks().size(); i++) {
      TaskResult task = result.tasks().get(i);
      ObjectNode node = tasks.addObject();
      Workload workload = task.task().workload();
      node.put("workload", workload.text());
      node.put("uses", task.task().uses());
      node.put("space_size", task.spaceSize());
      node.put("trials", task.newTrials());
      if (task.tuned().isEmpty()) {
        node.putNull("default");
        node.putNull("best");
        node.putNull("speedup");
        node.putNull("source");
        continue;
      }
      TaskResult.Tuned tuned = task.tuned().get();
      node.set("default", confirmed(workload, tuned.byDefault()));
      ObjectNode best = confirmed(workload, tuned.best());
      ArrayNode samples = best.putArray("samples");
      for (Measurement.Placement placement : tuned.best().timed().placements()) {
        placement.samples().forEach(sample -> samples.add(sample.nanosPerCall()));
      }
      node.set("best", best);
      node.put("speedup", tuned.speedup());
      node.put("source", tuned.source().text());
      roofGops.get(i).ifPresent(roof -> node.put("roof_gops", roof));
    }
    return report;
  }

  private static ObjectNode confirmed(Workload workload, Figure confirmed) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("schedule", confirmed.schedule().text());
    node.put("median_ns", confirmed.medianNanos());
    node.put("gops", workload.gops(confirmed.medianNanos()));
    return node;
  }

  /** The table for people, lines ended by newlines. */
  public String table() {
    TextTable table =
        new TextTable(
            "<workload",
            ">uses",
            ">default",
            ">best",
            ">GOPS",
            ">roof",
            ">speed-up",
            ">trials",
            "<source");
    for (int i = 0; i < result.tasks().size(); i++) {
      TaskResult task = result.tasks().get(i);
      Workload workload = task.task().workload();
      String uses = String.valueOf(task.task().uses());
      String trials = String.valueOf(task.newTrials());
      String name = Shorthand.of(workload);
      if (task.tuned().isEmpty()) {
        table.row(name, uses, "–", "–", "–", "–", "–", trials, "not confirmed");
        continue;
      }
      TaskResult.Tuned tuned = task.tuned().get();
      double gops = workload.gops(tuned.best().medianNanos());
      OptionalDouble roof = roofGops.get(i);
      table.row(
          name,
          uses,
          duration(tuned.byDefault().medianNanos()),
          duration(tuned.best().medianNanos()),
          decimal(gops, 1),
          roof.isPresent() ? decimal(100 * gops / roof.getAsDouble(), 0) + " %" : "–",
          decimal(tuned.speedup(), 2) + "×",
          trials,
          tuned.source().text());
    }
    StringBuilder text = new StringBuilder(table.text());
    network().ifPresent(line -> text.append('\n').append(line).append('\n'));
    text.append(summary()).append('\n');
    return text.toString();
  }

  private Optional<String> network() {
    if (result.tasks().stream().anyMatch(t -> t.tuned().isEmpty())) {
      return Optional.empty();
    }
    double byDefault = sum(t -> t.byDefault().medianNanos());
    double best = sum(t -> t.best().medianNanos());
    return Optional.of(
        "whole network (uses × time of its int8 kernels): default %s, tuned %s, %s×"
            .formatted(duration(byDefault), duration(best), decimal(byDefault / best, 2)));
  }

  private double sum(ToDoubleFunction<TaskResult.Tuned> nanos) {
    return result.tasks().stream()
        .mapToDouble(t -> t.task().uses() * nanos.applyAsDouble(t.tuned().orElseThrow()))
        .sum();
  }

  private String summary() {
    return "%d trials in %s s (%s a second), %d wrong answers, %d build failures, %d run failures%s"
        .formatted(
            result.trials(),
            decimal(elapsedSeconds, 1),
            decimal(result.trials() / elapsedSeconds, 1),
            result.wrongAnswers(),
            result.buildFailures(),
            result.runFailures(),
            result.stopped().map(reason -> "; stopped: " + reason).orElse(""));
  }

  /** A time with a unit that suits it. */
  static String duration(double nanos) {
    if (nanos < NANOS_PER_MICRO) {
      return decimal(nanos, 0) + " ns";
    }
    return nanos < NANOS_PER_MILLI
        ? decimal(nanos / NANOS_PER_MICRO, 1) + " µs"
        : decimal(nanos / NANOS_PER_MILLI, 3) + " ms";
  }

  static String decimal(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
