package dev.octune.tuner.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** What {@code records} shows of one record. */
public final class RecordsReport {
  private RecordsReport() {}

  /** One line for people. */
  public static String line(TuningRecord record) {
    return "%s %-12s %-12s %s | %s | %s%s"
        .formatted(
            record.measuredAt(),
            record.kind().text(),
            record.measurement() instanceof Measurement.Timed timed
                ? TuneReport.duration(timed.medianNanos())
                : record.measurement().status(),
            record.workload(),
            record.target(),
            record.schedule(),
            reason(record.measurement()).map(r -> " | " + r).orElse(""));
  }

  /** An element of the array that {@code records --json} prints. */
  public static void write(TuningRecord record, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("workload", record.workload().text());
    json.writeStringField("target", record.target().text());
    json.writeStringField("schedule", record.schedule().text());
    json.writeStringField("kind", record.kind().text());
    json.writeStringField("status", record.measurement().status());
    json.writeArrayFieldStart("samples_ns");
    for (Measurement.Placement placement : placements(record.measurement())) {
      for (Measurement.Sample sample : placement.samples()) {
        json.writeNumber(sample.nanosPerCall());
      }
    }
    json.writeEndArray();
    if (record.measurement() instanceof Measurement.Timed timed) {
      json.writeNumberField("median_ns", timed.medianNanos());
      json.writeStringField("cache", timed.cache().text());
    } else {
      json.writeNullField("median_ns");
      json.writeStringField("reason", reason(record.measurement()).orElseThrow());
    }
    if (record.measurement() instanceof Measurement.WrongAnswer wrong) {
      json.writeStringField("repro", wrong.repro());
    }
    json.writeStringField("measured_at", record.measuredAt().toString());
    json.writeStringField("device", record.session().device());
    json.writeStringField("session", record.session().id());
    json.writeEndObject();
  }

  private static List<Measurement.Placement> placements(Measurement measurement) {
    return measurement instanceof Measurement.Timed timed ? timed.placements() : List.of();
  }

  /** Why there is no time; empty where there is one. */
  public static Optional<String> reason(Measurement measurement) {
    return Optional.ofNullable(
        switch (measurement) {
          case Measurement.Timed _ -> null;
          case Measurement.WrongAnswer(String fill, String what, String _) -> fill + ": " + what;
          case Measurement.BuildFailed(String reason) -> reason;
          case Measurement.RunFailed(String reason) -> reason;
          case Measurement.TimedOut(String phase, long limitMillis) ->
              phase + " took longer than " + limitMillis + " ms";
          case Measurement.DeviceLost(String reason) -> reason;
        });
  }
}
