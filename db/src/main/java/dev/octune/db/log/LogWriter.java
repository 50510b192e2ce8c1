package dev.octune.db.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.octune.db.RecordFilter;
import dev.octune.db.TuningDb;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.TuningRecord;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.stream.Stream;

/** Writes a database as lines. Not thread-safe. */
final class LogWriter {
  private final JsonFactory factory = new JsonFactory();
  private final OutputStream out;

  LogWriter(OutputStream out) {
    this.out = new BufferedOutputStream(out, 1 << 16);
  }

  TuningDb.Counts write(TuningDb db, RecordFilter filter, String octuneVersion) throws IOException {
    writeHeader(octuneVersion);
    long records = 0;
    try (Stream<TuningRecord> all = db.records(filter)) {
      for (Iterator<TuningRecord> each = all.iterator(); each.hasNext(); records++) {
        TuningRecord record = each.next();
        writeLine("record", json -> LogJson.write(json, record));
      }
    }
    long bests = 0;
    try (Stream<ConfirmedBest> all = db.bests().filter(filter::matches)) {
      for (Iterator<ConfirmedBest> each = all.iterator(); each.hasNext(); bests++) {
        ConfirmedBest best = each.next();
        writeLine("best", json -> LogJson.write(json, best));
      }
    }
    out.flush();
    return new TuningDb.Counts(records, bests);
  }

  private interface Json {
    void write(JsonGenerator json) throws IOException;
  }

  private void writeHeader(String octuneVersion) throws IOException {
    out.write(
        bytes(
            json -> {
              json.writeStartObject();
              json.writeStringField("format", TuningLog.FORMAT);
              json.writeNumberField("schema_version", TuningLog.SCHEMA_VERSION);
              json.writeStringField("octune_version", octuneVersion);
              json.writeEndObject();
            }));
    out.write('\n');
  }

  private void writeLine(String kind, Json value) throws IOException {
    byte[] bytes = bytes(value);
    out.write(
        "{\"crc32\":\"%s\",\"%s\":"
            .formatted(Checksum.of(bytes), kind)
            .getBytes(StandardCharsets.US_ASCII));
    out.write(bytes);
    out.write('}');
    out.write('\n');
  }

  private byte[] bytes(Json value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = factory.createGenerator(bytes)) {
      value.write(json);
    }
    return bytes.toByteArray();
  }
}
