package dev.octune.db.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octune.db.DbException;
import dev.octune.db.DbException.Reason;
import dev.octune.db.TuningDb;
import dev.octune.db.log.LogJson.MalformedException;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** Reads lines that anybody may have written. One file, once. Not thread-safe. */
final class LogReader {
  /** Appends under way: a few group commits, so that reading never waits for a single one. */
  private static final int MAX_PENDING = 256;

  private final String name;
  private final TuningDb db;
  private final Consumer<LineProblem> problems;
  private final ObjectMapper mapper =
      new ObjectMapper(
          JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());
  private final Deque<Pending> pending = new ArrayDeque<>();

  /** Bests of the database as they will be once everything pending is stored. */
  private final Map<Key, ConfirmedBest> bests = new HashMap<>();

  private Head head = Head.MISSING;
  private boolean headlessTold;
  private long records;
  private long bestCount;
  private long duplicates;
  private long keptBests;
  private long skipped;

  LogReader(String name, TuningDb db, Consumer<LineProblem> problems) {
    this.name = name;
    this.db = db;
    this.problems = problems;
  }

  ImportReport read(InputStream in) throws IOException {
    LineReader lines = new LineReader(in);
    for (Optional<LineReader.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
      read(line.get());
    }
    while (!pending.isEmpty()) {
      settle(pending.removeFirst());
    }
    return new ImportReport(records, bestCount, duplicates, keptBests, skipped);
  }

  private enum Head {
    MISSING,
    KNOWN,
    /** Of a newer version: told, and its lines are skipped. */
    NEWER
  }

  private record Key(Workload workload, Target target) {}

  private record Pending(long line, boolean best, CompletableFuture<Void> done) {}

  /** What a line holds, before anything of it is believed. */
  private sealed interface Content {
    record Header(JsonNode fields) implements Content {}

    /**
     * A value that starts at byte from of the line and ends before byte to.
     *
     * @param crc32 as the line claims it
     */
    record Value(String kind, int from, int to, String crc32) implements Content {}
  }

  private void read(LineReader.Line line) {
    if (line.bytes().isEmpty()) {
      skip(line.number(), "longer than " + LineReader.MAX_LINE_BYTES + " bytes");
      return;
    }
    byte[] bytes = line.bytes().get();
    if (isBlank(bytes)) {
      return;
    }
    try {
      switch (content(bytes)) {
        case Content.Header(JsonNode fields) -> readHeader(line.number(), fields);
        case Content.Value value -> readValue(line.number(), value, bytes);
      }
    } catch (JsonProcessingException e) {
      skipForeign(line.number(), "not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      skipForeign(line.number(), "not JSON: " + e.getMessage());
    } catch (MalformedException e) {
      skipForeign(line.number(), String.valueOf(e.getMessage()));
    }
  }

  /** Splits a line without reading its value, so that the checksum covers the very bytes. */
  private Content content(byte[] line) throws IOException, MalformedException {
    String crc32 = "";
    String kind = "";
    int from = 0;
    int to = 0;
    try (JsonParser json = mapper.getFactory().createParser(line)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedException("not a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken token = json.nextToken();
        switch (field) {
          case "format" -> {
            return new Content.Header(mapper.readTree(line));
          }
          case "crc32" -> crc32 = token == JsonToken.VALUE_STRING ? json.getText() : "";
          case "record", "best" -> {
            from = (int) json.currentTokenLocation().getByteOffset();
            json.skipChildren();
            kind = token == JsonToken.START_OBJECT ? field : "";
            to = (int) json.currentLocation().getByteOffset();
          }
          default -> json.skipChildren();
        }
      }
      if (json.nextToken() != null) {
        throw new MalformedException("text follows the JSON object");
      }
    }
    if (kind.isEmpty()) {
      throw new MalformedException("neither a header nor a record nor a best");
    }
    return new Content.Value(kind, from, to, crc32);
  }

  private void readHeader(long line, JsonNode fields) {
    JsonNode format = fields.path("format");
    JsonNode version = fields.path("schema_version");
    headlessTold = true;
    if (!format.asText().equals(TuningLog.FORMAT) || !version.isInt() || version.intValue() < 1) {
      head = Head.MISSING;
      skip(line, "a header, but not of format " + TuningLog.FORMAT + ": its lines are skipped");
    } else if (version.intValue() > TuningLog.SCHEMA_VERSION) {
      head = Head.NEWER;
      skip(
          line,
          "schema_version is %d, the newest this Octune knows is %d: its lines are skipped"
              .formatted(version.intValue(), TuningLog.SCHEMA_VERSION));
    } else {
      head = Head.KNOWN;
    }
  }

  private void readValue(long line, Content.Value value, byte[] bytes)
      throws IOException, MalformedException {
    if (head != Head.KNOWN) {
      skipForeign(line, "no header before it");
      return;
    }
    byte[] text = Arrays.copyOfRange(bytes, value.from(), value.to());
    String crc32 = Checksum.of(text);
    if (!crc32.equals(value.crc32())) {
      skip(
          line,
          "checksum is '%s', the line has %s: torn or changed".formatted(value.crc32(), crc32));
      return;
    }
    JsonNode json = mapper.readTree(text);
    if (value.kind().equals("record")) {
      TuningRecord record = LogJson.readRecord(json);
      await(new Pending(line, false, db.append(record)));
    } else {
      put(line, LogJson.readBest(json));
    }
  }

  /**
   * A best replaces none, or an older one of the same machine and versions: of different machines
   * neither figure speaks for the other, and the one that is here was measured for who imports.
   */
  private void put(long line, ConfirmedBest best) {
    Key key = new Key(best.workload(), best.target());
    ConfirmedBest stored = bests.get(key);
    if (stored == null) {
      stored =
          db.best(best.workload(), best.target())
              .filter(known -> known.workload().equals(best.workload()))
              .orElse(null);
    }
    if (stored != null
        && !(stored.session().sameOrigin(best.session())
            && stored.confirmedAt().isBefore(best.confirmedAt()))) {
      keptBests++;
      tell(
          line,
          stored.equals(best)
              ? "this confirmed best is there already"
              : "a confirmed best is there that is newer or of another machine: kept");
      bests.put(key, stored);
      return;
    }
    bests.put(key, best);
    await(new Pending(line, true, db.putBest(best)));
  }

  private void await(Pending write) {
    pending.addLast(write);
    if (pending.size() > MAX_PENDING) {
      settle(pending.removeFirst());
    }
  }

  private void settle(Pending write) {
    try {
      write.done().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof DbException refused && refused.reason() == Reason.DUPLICATE) {
        duplicates++;
        tell(write.line(), "a record of this session and number is there already");
        return;
      }
      if (e.getCause() instanceof DbException refused && refused.reason() == Reason.CONFLICT) {
        skip(write.line(), "its session is there already, with another device or version");
        return;
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
    if (write.best()) {
      bestCount++;
    } else {
      records++;
    }
  }

  /** Of lines that follow no header only the first is told: a foreign file has thousands. */
  private void skipForeign(long line, String what) {
    if (head == Head.KNOWN) {
      skip(line, what);
      return;
    }
    skipped++;
    if (!headlessTold) {
      headlessTold = true;
      tell(line, what + "; lines are skipped up to a header of format " + TuningLog.FORMAT);
    }
  }

  private void skip(long line, String what) {
    skipped++;
    tell(line, what);
  }

  private void tell(long line, String what) {
    problems.accept(new LineProblem(name, line, what));
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte b : bytes) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }
}
