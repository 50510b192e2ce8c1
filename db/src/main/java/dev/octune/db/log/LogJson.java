package dev.octune.db.log;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.ConfirmedBest.Figure;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.measure.Measurement.BuildFailed;
import dev.octune.kernels.measure.Measurement.CacheState;
import dev.octune.kernels.measure.Measurement.DeviceLost;
import dev.octune.kernels.measure.Measurement.Placement;
import dev.octune.kernels.measure.Measurement.RunFailed;
import dev.octune.kernels.measure.Measurement.Sample;
import dev.octune.kernels.measure.Measurement.Timed;
import dev.octune.kernels.measure.Measurement.TimedOut;
import dev.octune.kernels.measure.Measurement.WrongAnswer;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/**
 * The JSON of a record and of a confirmed best, version 1. Samples stand as columns, one entry a
 * sample: {@code nanos_per_call}, {@code calls}, {@code preempted}.
 */
final class LogJson {
  private LogJson() {}

  /** JSON that parses, but is not what the format says. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }

    MalformedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  static void write(JsonGenerator json, TuningRecord record) throws IOException {
    json.writeStartObject();
    writeSession(json, record.session());
    json.writeNumberField("number", record.number());
    json.writeStringField("kind", record.kind().text());
    json.writeStringField("workload", record.workload().text());
    json.writeStringField("target", record.target().text());
    json.writeStringField("schedule", record.schedule().text());
    json.writeNumberField("seed", record.seed());
    json.writeStringField("measured_at", record.measuredAt().toString());
    json.writeFieldName("measurement");
    writeMeasurement(json, record.measurement());
    json.writeEndObject();
  }

  static void write(JsonGenerator json, ConfirmedBest best) throws IOException {
    json.writeStartObject();
    writeSession(json, best.session());
    json.writeStringField("workload", best.workload().text());
    json.writeStringField("target", best.target().text());
    json.writeStringField("confirmed_at", best.confirmedAt().toString());
    json.writeFieldName("default");
    writeFigure(json, best.defaultFigure());
    json.writeFieldName("best");
    writeFigure(json, best.best());
    json.writeEndObject();
  }

  static TuningRecord readRecord(JsonNode json) throws MalformedException {
    try {
      return new TuningRecord(
          readSession(field(json, "session")),
          intOf(field(json, "number"), "number"),
          TuningRecord.Kind.parse(textOf(json, "kind")),
          new Candidate(
              Workload.parse(textOf(json, "workload")),
              Target.parse(textOf(json, "target")),
              Schedule.parse(textOf(json, "schedule"))),
          longOf(field(json, "seed"), "seed"),
          readMeasurement(field(json, "measurement")),
          Instant.parse(textOf(json, "measured_at")));
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw new MalformedException(String.valueOf(e.getMessage()), e);
    }
  }

  static ConfirmedBest readBest(JsonNode json) throws MalformedException {
    try {
      return new ConfirmedBest(
          Workload.parse(textOf(json, "workload")),
          Target.parse(textOf(json, "target")),
          readFigure(field(json, "default")),
          readFigure(field(json, "best")),
          readSession(field(json, "session")),
          Instant.parse(textOf(json, "confirmed_at")));
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw new MalformedException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void writeSession(JsonGenerator json, Session session) throws IOException {
    json.writeObjectFieldStart("session");
    json.writeStringField("id", session.id());
    json.writeStringField("device", session.device());
    json.writeStringField("octune_version", session.octuneVersion());
    json.writeStringField("compiler_version", session.compilerVersion());
    json.writeEndObject();
  }

  private static Session readSession(JsonNode json) throws MalformedException {
    return new Session(
        textOf(json, "id"),
        textOf(json, "device"),
        textOf(json, "octune_version"),
        textOf(json, "compiler_version"));
  }

  private static void writeFigure(JsonGenerator json, Figure figure) throws IOException {
    json.writeStartObject();
    json.writeStringField("schedule", figure.schedule().text());
    json.writeFieldName("measurement");
    writeMeasurement(json, figure.timed());
    json.writeEndObject();
  }

  private static Figure readFigure(JsonNode json) throws MalformedException {
    if (readMeasurement(field(json, "measurement")) instanceof Timed timed) {
      return new Figure(Schedule.parse(textOf(json, "schedule")), timed);
    }
    throw new MalformedException("a confirmed figure is not a timed measurement");
  }

  private static void writeMeasurement(JsonGenerator json, Measurement measurement)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("status", measurement.status());
    switch (measurement) {
      case Timed(List<Placement> placements, CacheState cache) -> {
        json.writeStringField("cache", cache.text());
        json.writeArrayFieldStart("placements");
        for (Placement placement : placements) {
          writePlacement(json, placement);
        }
        json.writeEndArray();
      }
      case WrongAnswer(String fill, String what, String repro) -> {
        json.writeStringField("fill", fill);
        json.writeStringField("what", what);
        json.writeStringField("repro", repro);
      }
      case BuildFailed(String reason) -> json.writeStringField("reason", reason);
      case RunFailed(String reason) -> json.writeStringField("reason", reason);
      case TimedOut(String phase, long limitMillis) -> {
        json.writeStringField("phase", phase);
        json.writeNumberField("limit_millis", limitMillis);
      }
      case DeviceLost(String reason) -> json.writeStringField("reason", reason);
    }
    json.writeEndObject();
  }

  private static void writePlacement(JsonGenerator json, Placement placement) throws IOException {
    json.writeStartObject();
    json.writeNumberField("process", placement.process());
    json.writeArrayFieldStart("nanos_per_call");
    for (Sample sample : placement.samples()) {
      json.writeNumber(sample.nanosPerCall());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("calls");
    for (Sample sample : placement.samples()) {
      json.writeNumber(sample.calls());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("preempted");
    for (Sample sample : placement.samples()) {
      json.writeBoolean(sample.preempted());
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static Measurement readMeasurement(JsonNode json) throws MalformedException {
    String status = textOf(json, "status");
    return switch (status) {
      case "timed" -> readTimed(json);
      case "wrong_answer" ->
          new WrongAnswer(textOf(json, "fill"), textOf(json, "what"), textOf(json, "repro"));
      case "build_failed" -> new BuildFailed(textOf(json, "reason"));
      case "run_failed" -> new RunFailed(textOf(json, "reason"));
      case "timed_out" ->
          new TimedOut(textOf(json, "phase"), longOf(field(json, "limit_millis"), "limit_millis"));
      case "device_lost" -> new DeviceLost(textOf(json, "reason"));
      default -> throw new MalformedException("measurement status '" + status + "' is not known");
    };
  }

  private static Timed readTimed(JsonNode json) throws MalformedException {
    List<Placement> placements = new ArrayList<>();
    for (JsonNode placement : array(json, "placements")) {
      placements.add(readPlacement(placement));
    }
    String cache = textOf(json, "cache");
    for (CacheState state : CacheState.values()) {
      if (state.text().equals(cache)) {
        return new Timed(placements, state);
      }
    }
    throw new MalformedException("cache '" + cache + "' is not known");
  }

  private static Placement readPlacement(JsonNode json) throws MalformedException {
    JsonNode nanos = array(json, "nanos_per_call");
    JsonNode calls = array(json, "calls");
    JsonNode preempted = array(json, "preempted");
    if (nanos.size() != calls.size() || nanos.size() != preempted.size()) {
      throw new MalformedException(
          "a placement has %d nanos_per_call, %d calls and %d preempted"
              .formatted(nanos.size(), calls.size(), preempted.size()));
    }
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < nanos.size(); i++) {
      if (!nanos.get(i).isNumber() || !preempted.get(i).isBoolean()) {
        throw new MalformedException("sample " + i + " is not a number and a truth value");
      }
      samples.add(
          new Sample(
              nanos.get(i).doubleValue(),
              intOf(calls.get(i), "calls"),
              preempted.get(i).booleanValue()));
    }
    return new Placement(intOf(field(json, "process"), "process"), samples);
  }

  private static JsonNode field(JsonNode json, String name) throws MalformedException {
    JsonNode value = json.get(name);
    if (value == null) {
      throw new MalformedException("'" + name + "' is missing");
    }
    return value;
  }

  private static JsonNode array(JsonNode json, String name) throws MalformedException {
    JsonNode value = field(json, name);
    if (!value.isArray()) {
      throw new MalformedException("'" + name + "' is not an array");
    }
    return value;
  }

  private static String textOf(JsonNode json, String name) throws MalformedException {
    JsonNode value = field(json, name);
    if (!value.isTextual()) {
      throw new MalformedException("'" + name + "' is not a text");
    }
    return value.textValue();
  }

  private static int intOf(JsonNode value, String name) throws MalformedException {
    if (!value.canConvertToInt() || !value.isIntegralNumber()) {
      throw new MalformedException("'" + name + "' is not a 32-bit integer");
    }
    return value.intValue();
  }

  private static long longOf(JsonNode value, String name) throws MalformedException {
    if (!value.canConvertToLong() || !value.isIntegralNumber()) {
      throw new MalformedException("'" + name + "' is not a 64-bit integer");
    }
    return value.longValue();
  }
}
