package dev.octune.tuner.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.db.record.ConfirmedBest.Figure;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.coordinator.DeviceView;
import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.coordinator.JobMove;
import dev.octune.tuner.coordinator.JobSpec;
import dev.octune.tuner.coordinator.JobView;
import dev.octune.tuner.coordinator.TaskView;
import dev.octune.tuner.job.TaskResult;
import dev.octune.tuner.report.RecordsReport;
import dev.octune.tuner.report.TuneReport;
import dev.octune.tuner.task.UncoveredLayer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Jobs and devices as the API's schemas have them. */
final class JobJson {
  /** What workers say of what protects their machine: 1 where it is in force, 0 where it is not. */
  private static final String SANDBOX_PROBE = "sandbox.";

  private static final double NANOS_PER_SECOND = 1e9;

  private JobJson() {}

  /** Schema Submitted. */
  static ObjectNode submitted(JobView job) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("job", job.id().text());
    node.put("state", job.state().text());
    node.put("tasks", job.tasks().size());
    uncovered(node, job.spec());
    return node;
  }

  /** Schema JobSummary. */
  static ObjectNode summary(JobView job) {
    JobSpec spec = job.spec();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("job", job.id().text());
    node.put("name", spec.name());
    node.put("owner", spec.owner());
    node.put("device_key", spec.deviceKey().text());
    node.put("target", spec.target().text());
    node.put("state", job.state().text());
    node.put("priority", spec.priority());
    node.put("tasks", job.tasks().size());
    node.put(
        "confirmed_tasks", job.tasks().stream().filter(task -> task.tuned().isPresent()).count());
    node.put("trials", job.totals().trials());
    node.put("planned_trials", job.plannedTrials());
    node.put("submitted_at", job.moves().getFirst().at().toString());
    node.put("changed_at", job.moves().getLast().at().toString());
    node.put("active_seconds", seconds(job.activeTime()));
    node.put("device_seconds", job.deviceSeconds());
    return node;
  }

  /**
   * Schema Job.
   *
   * @param roofs of each task, in order
   */
  static ObjectNode whole(JobView job, List<OptionalDouble> roofs) {
    JobSpec spec = job.spec();
    ObjectNode node = summary(job);
    ObjectNode budget = node.putObject("budget");
    put(budget, "trials", spec.budget().newTrials());
    put(budget, "trials_per_task", spec.budget().trialsPerTask());
    spec.budget()
        .time()
        .ifPresentOrElse(
            time -> budget.put("time_seconds", seconds(time)),
            () -> budget.putNull("time_seconds"));
    node.put("strategy", spec.strategy().text());
    node.put("seed", spec.seed());
    node.put("weight", spec.weight());
    ArrayNode moves = node.putArray("moves");
    job.moves().forEach(move -> moves.add(move(move)));
    node.putObject("totals")
        .put("trials", job.totals().trials())
        .put("wrong_answers", job.totals().wrongAnswers())
        .put("build_failures", job.totals().buildFailures())
        .put("run_failures", job.totals().runFailures());
    put(node, "first_result_seconds", job.firstResultSeconds());
    ArrayNode tasks = node.putArray("task_list");
    for (int i = 0; i < job.tasks().size(); i++) {
      tasks.add(task(i, job.tasks().get(i), roofs.get(i)));
    }
    uncovered(node, spec);
    return node;
  }

  /** Schema TuneResult: the object of {@code tune --json}. */
  static ObjectNode result(JobView job, List<OptionalDouble> roofs) {
    // A job that has not run yet has done nothing in no time: its rate is 0, not 0/0.
    double elapsedSeconds = Math.max(seconds(job.activeTime()), 1 / NANOS_PER_SECOND);
    return new TuneReport(
            job.spec().target(), job.result(), elapsedSeconds, job.firstResultSeconds(), roofs)
        .json();
  }

  private static ObjectNode task(int index, TaskView task, OptionalDouble roof) {
    Workload workload = task.task().workload();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("task", index);
    node.put("workload", workload.text());
    node.put("uses", task.task().uses());
    ArrayNode layers = node.putArray("layers");
    task.task().layers().forEach(layers::add);
    node.put("macs", workload.macs());
    node.put("space_size", task.spaceSize());
    node.put("trials", task.trials());
    best(node, workload, task.bestNanos());
    task.tuned()
        .ifPresentOrElse(
            tuned -> tuned(node, workload, tuned),
            () -> {
              node.putNull("default");
              node.putNull("best");
              node.putNull("speedup");
              node.putNull("source");
            });
    put(node, "roof_gops", roof);
    return node;
  }

  private static void best(ObjectNode node, Workload workload, OptionalDouble bestNanos) {
    put(node, "best_ns", bestNanos);
    put(
        node,
        "gops",
        bestNanos.isPresent()
            ? OptionalDouble.of(workload.gops(bestNanos.getAsDouble()))
            : OptionalDouble.empty());
  }

  private static void tuned(ObjectNode node, Workload workload, TaskResult.Tuned tuned) {
    node.set("default", figure(workload, tuned.byDefault()));
    node.set("best", figure(workload, tuned.best()));
    node.put("speedup", tuned.speedup());
    node.put("source", tuned.source().text());
  }

  private static ObjectNode figure(Workload workload, Figure figure) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("schedule", figure.schedule().text())
        .put("median_ns", figure.medianNanos())
        .put("gops", workload.gops(figure.medianNanos()));
  }

  private static ObjectNode move(JobMove move) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("state", move.to().text())
        .put("who", move.who())
        .put("why", move.why())
        .put("at", move.at().toString());
  }

  private static void uncovered(ObjectNode node, JobSpec spec) {
    ArrayNode list = node.putArray("uncovered");
    for (UncoveredLayer layer : spec.work().uncovered()) {
      list.addObject()
          .put("layer", layer.layer())
          .put("op", layer.op())
          .put("reason", layer.reason());
    }
  }

  /** Schema StateEvent. */
  static ObjectNode stateEvent(JobId job, JobMove move) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("job", job.text());
    node.setAll(move(move));
    return node;
  }

  /**
   * A trial as the events tell it.
   *
   * @param trial counted over the whole job, this one included
   * @param trials of the task, this one included
   * @param factor that makes the device's times those of the key's reference device
   */
  record Trial(
      JobId job,
      int trial,
      int task,
      int trials,
      Workload workload,
      Schedule schedule,
      DeviceId device,
      Measurement measurement,
      double factor,
      OptionalDouble bestNanos) {
    /** Schema TrialEvent. */
    ObjectNode json() {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("job", job.text());
      node.put("trial", trial);
      node.put("task", task);
      node.put("trials", trials);
      node.put("schedule", schedule.text());
      node.put("device", device.text());
      node.put("status", measurement.status());
      put(node, "median_ns", medianNanos());
      best(node, workload, bestNanos);
      RecordsReport.reason(measurement).ifPresent(reason -> node.put("reason", reason));
      return node;
    }

    Trial withBest(OptionalDouble nanos) {
      return new Trial(
          job, trial, task, trials, workload, schedule, device, measurement, factor, nanos);
    }

    OptionalDouble medianNanos() {
      return measurement instanceof Measurement.Timed timed
          ? OptionalDouble.of(timed.medianNanos() * factor)
          : OptionalDouble.empty();
    }
  }

  /** Schema TaskEvent. */
  static ObjectNode taskEvent(JobId job, int task, Workload workload, TaskResult.Tuned tuned) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("job", job.text());
    node.put("task", task);
    node.put("workload", workload.text());
    tuned(node, workload, tuned);
    return node;
  }

  /**
   * Schema Device.
   *
   * @param roofs by leaf, in GOPS
   */
  static ObjectNode device(DeviceView device, Map<String, Double> roofs) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("device", device.id().text());
    node.put("device_key", device.key().text());
    node.put("target", device.target().text());
    node.put("description", device.description());
    node.put("status", device.status().text());
    node.put("since", device.since().toString());
    device
        .quarantine()
        .ifPresentOrElse(
            quarantine ->
                node.putObject("quarantine")
                    .put("cause", quarantine.cause().text())
                    .put("reason", quarantine.reason())
                    .put("since", quarantine.since().toString()),
            () -> node.putNull("quarantine"));
    node.put("leases", device.leases());
    node.put("results", device.results());
    node.put("busy_seconds", device.busySeconds());
    put(node, "base_ns", device.baseNanos());
    node.put("factor", device.factor());
    put(node, "load_1m", device.load1m());
    ObjectNode all = node.putObject("roofs_gops");
    roofs.forEach(all::put);
    ObjectNode sandbox = node.putObject("sandbox");
    new TreeMap<>(device.probes())
        .forEach(
            (probe, value) -> {
              if (probe.startsWith(SANDBOX_PROBE)) {
                sandbox.put(probe.substring(SANDBOX_PROBE.length()), value > 0);
              }
            });
    return node;
  }

  /** As many unknown roofs as a job has tasks. */
  static List<OptionalDouble> noRoofs(JobView job) {
    return Collections.nCopies(job.tasks().size(), OptionalDouble.empty());
  }

  private static double seconds(Duration time) {
    return time.toNanos() / NANOS_PER_SECOND;
  }

  private static void put(ObjectNode node, String name, OptionalDouble value) {
    if (value.isPresent()) {
      node.put(name, value.getAsDouble());
    } else {
      node.putNull(name);
    }
  }

  private static void put(ObjectNode node, String name, OptionalInt value) {
    if (value.isPresent()) {
      node.put(name, value.getAsInt());
    } else {
      node.putNull(name);
    }
  }
}
