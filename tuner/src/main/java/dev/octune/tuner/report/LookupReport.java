package dev.octune.tuner.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.db.match.LookupResult;
import dev.octune.db.record.KnownBest;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code lookup} shows.
 *
 * @param workload asked for
 * @param target asked for
 */
public record LookupReport(
    Workload workload, Target target, LookupResult<? extends KnownBest> result) {
  /** The object of {@code lookup --json}. A nearest match claims no time. */
  public ObjectNode json() {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("match", result.match());
    report.put("reason", reason());
    Optional<? extends KnownBest> record = result.record();
    if (record.isEmpty()) {
      report.putNull("record");
      return report;
    }
    KnownBest best = record.get();
    ObjectNode node = report.putObject("record");
    node.put("id", best.id());
    node.put("workload", best.workload().text());
    node.put("target", best.target().text());
    node.put("schedule", best.schedule().text());
    if (result instanceof LookupResult.Nearest<?>) {
      node.putNull("median_ns");
      node.putNull("gops");
    } else {
      node.put("median_ns", best.medianNanos());
      node.put("gops", best.workload().gops(best.medianNanos()));
    }
    node.put("measured_at", best.confirmedAt().toString());
    node.put("device", best.device());
    return report;
  }

  /** Why it is this match, in words that depend on query and record alone. */
  public String reason() {
    return switch (result) {
      case LookupResult.Exact<?> _ -> "confirmed for this workload on this target";
      case LookupResult.Compatible<?>(KnownBest best) -> compatible(best);
      case LookupResult.Nearest<?>(KnownBest _, double distance) ->
          "the nearest schedule that is legal here, %s doublings away; no time is claimed"
              .formatted(TuneReport.decimal(distance, 2));
      case LookupResult.None<?> _ -> "no schedule confirmed for this operator is legal here";
    };
  }

  private String compatible(KnownBest best) {
    List<String> why = new ArrayList<>();
    if (!best.workload().equalsButAzp(workload)) {
      why.add("confirmed for value ranges or weights that hold these");
    }
    if (!best.target().equals(target)) {
      why.add(
          best.target().isa() == target.isa()
              ? "confirmed on " + best.target().cpu() + ", which runs the same code"
              : "confirmed for " + best.target().isa().text() + ", which this target runs");
    }
    return String.join("; ", why);
  }

  /** Lines for people. */
  public String text() {
    Optional<? extends KnownBest> record = result.record();
    if (record.isEmpty()) {
      return "match     none: " + reason() + "\n";
    }
    KnownBest best = record.get();
    StringBuilder text = new StringBuilder();
    text.append("match     ").append(result.match()).append(": ").append(reason()).append('\n');
    text.append("schedule  ").append(best.schedule()).append('\n');
    if (!(result instanceof LookupResult.Nearest<?>)) {
      text.append("time      ")
          .append(TuneReport.duration(best.medianNanos()))
          .append(", ")
          .append(TuneReport.decimal(best.workload().gops(best.medianNanos()), 1))
          .append(" GOPS, ")
          .append(TuneReport.decimal(best.speedup(), 2))
          .append("× the default schedule\n");
    }
    text.append("workload  ").append(best.workload()).append('\n');
    text.append("target    ").append(best.target()).append('\n');
    text.append("measured  ").append(best.confirmedAt()).append('\n');
    text.append("device    ").append(best.device()).append('\n');
    return text.toString();
  }
}
