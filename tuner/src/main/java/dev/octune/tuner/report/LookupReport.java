package dev.octune.tuner.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.db.match.LookupResult;
import dev.octune.db.record.KnownBest;
import java.util.Optional;

/** What {@code lookup} shows. */
public record LookupReport(LookupResult<? extends KnownBest> result) {
  /** The object of {@code lookup --json}. A nearest match claims no time. */
  public ObjectNode json() {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("match", result.match());
    Optional<? extends KnownBest> record = result.record();
    if (record.isEmpty()) {
      report.putNull("record");
      return report;
    }
    KnownBest best = record.get();
    ObjectNode node = report.putObject("record");
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

  /** Lines for people. */
  public String text() {
    Optional<? extends KnownBest> record = result.record();
    if (record.isEmpty()) {
      return "match     none\n";
    }
    KnownBest best = record.get();
    StringBuilder text = new StringBuilder();
    text.append("match     ").append(result.match()).append('\n');
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
