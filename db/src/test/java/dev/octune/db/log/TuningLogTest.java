package dev.octune.db.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.RecordFilter;
import dev.octune.db.Samples;
import dev.octune.db.TuningDb;
import dev.octune.db.TuningDb.Counts;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TuningLogTest {
  private static final String HEADER =
      "{\"format\":\"octune\",\"schema_version\":1,\"octune_version\":\"0.1.0\"}\n";

  /** What the golden file holds, for ever. */
  private static final List<TuningRecord> GOLDEN_RECORDS =
      List.of(
          Samples.record(0, Samples.timed(1234.5)),
          Samples.record(1, new Measurement.WrongAnswer("random", "out[3] is 7, not 9", "repro")),
          Samples.record(2, new Measurement.BuildFailed("LLVM ERROR: \"quoted\"\nsecond line — ü")),
          Samples.record(3, new Measurement.RunFailed("signal 11")),
          Samples.record(4, new Measurement.TimedOut("run", 2000)),
          Samples.record(5, new Measurement.DeviceLost("gone")));

  private static final ConfirmedBest GOLDEN_BEST = Samples.best(Samples.CONV, Samples.AVX2, 812.25);

  private final List<LineProblem> problems = new ArrayList<>();

  @Test
  void export_thenImport_isTheSameDatabase() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<TuningRecord> records =
        IntStream.range(0, 300)
            .mapToObj(i -> Samples.record(i, Samples.measurement(random)))
            .toList();
    byte[] log = exportOf(records, List.of(GOLDEN_BEST));
    try (TuningDb db = TuningDb.inMemory()) {
      ImportReport report = importInto(db, log);
      assertEquals(new ImportReport(300, 1, 0, 0, 0), report);
      assertEquals(List.of(), problems);
      assertEquals(records, all(db));
      assertEquals(List.of(GOLDEN_BEST), bests(db));
      assertEquals(text(log), text(export(db, RecordFilter.ALL)));
    }
  }

  @Test
  void export_filtered_holdsOnlyWhatAgrees() throws IOException {
    try (TuningDb db = TuningDb.inMemory()) {
      Session session = new Session("s", "d", "0.1.0", "c");
      TuningRecord dense =
          Samples.record(session, 0, Samples.DENSE, Samples.AVX2, Samples.timed(5));
      db.append(Samples.record(0, Samples.timed(5))).join();
      db.append(dense).join();
      db.putBest(GOLDEN_BEST).join();
      byte[] log = export(db, RecordFilter.ALL.withWorkload(Samples.DENSE));
      try (TuningDb copy = TuningDb.inMemory()) {
        assertEquals(new ImportReport(1, 0, 0, 0, 0), importInto(copy, log));
        assertEquals(List.of(dense), all(copy));
      }
    }
  }

  @Test
  void golden_version1_staysReadable() throws IOException {
    byte[] written = exportOf(GOLDEN_RECORDS, List.of(GOLDEN_BEST));
    if (Boolean.getBoolean("golden.update")) {
      Path source =
          Path.of(
              System.getProperty("octune.checkout", ".."),
              "db/src/test/resources/golden/log/version1.jsonl");
      Files.createDirectories(source.getParent());
      Files.write(source, written);
    }
    try (InputStream golden =
            TuningLogTest.class.getResourceAsStream("/golden/log/version1.jsonl");
        TuningDb db = TuningDb.inMemory()) {
      byte[] log = golden.readAllBytes();
      assertEquals(text(log), text(written));
      assertEquals(new ImportReport(6, 1, 0, 0, 0), importInto(db, log));
      assertEquals(GOLDEN_RECORDS, all(db));
      assertEquals(List.of(GOLDEN_BEST), bests(db));
    }
  }

  @Test
  void import_tornLastLine_skipsItWithFileAndLine() throws IOException {
    byte[] log = exportOf(GOLDEN_RECORDS, List.of());
    byte[] torn = java.util.Arrays.copyOf(log, log.length - 40);
    try (TuningDb db = TuningDb.inMemory()) {
      assertEquals(new ImportReport(5, 0, 0, 0, 1), importInto(db, torn));
      assertEquals(1, problems.size());
      assertTrue(
          problems.getFirst().toString().startsWith("x.jsonl:7: not JSON: "), problems::toString);
    }
  }

  @Test
  void import_changedDigit_isCaughtByTheChecksum() throws IOException {
    String log = text(exportOf(GOLDEN_RECORDS, List.of())).replace("1234.5", "1234.6");
    try (TuningDb db = TuningDb.inMemory()) {
      assertEquals(new ImportReport(5, 0, 0, 0, 1), importInto(db, bytes(log)));
      assertTrue(problems.getFirst().what().contains("torn or changed"), problems::toString);
      assertEquals(2, problems.getFirst().line());
    }
  }

  @Test
  void import_again_reportsEveryDuplicate() throws IOException {
    byte[] log = exportOf(GOLDEN_RECORDS, List.of(GOLDEN_BEST));
    try (TuningDb db = TuningDb.inMemory()) {
      importInto(db, log);
      assertEquals(new ImportReport(0, 0, 6, 1, 0), importInto(db, log));
      assertEquals(
          List.of(2L, 3L, 4L, 5L, 6L, 7L, 8L),
          problems.stream().map(LineProblem::line).sorted().toList());
      assertEquals(new Counts(6, 1), db.counts());
    }
  }

  @Test
  void import_newerVersion_namesTheNewestKnownAndSkips() throws IOException {
    String log =
        text(exportOf(GOLDEN_RECORDS, List.of())).replace("_version\":1,", "_version\":2,");
    try (TuningDb db = TuningDb.inMemory()) {
      assertEquals(new ImportReport(0, 0, 0, 0, 7), importInto(db, bytes(log)));
      assertEquals(
          List.of(
              "x.jsonl:1: schema_version is 2, the newest this Octune knows is 1: its lines are"
                  + " skipped"),
          problems.stream().map(LineProblem::toString).toList());
    }
  }

  @Test
  void import_concatenatedFiles_readsBoth() throws IOException {
    byte[] first = exportOf(GOLDEN_RECORDS.subList(0, 3), List.of());
    byte[] second = exportOf(GOLDEN_RECORDS.subList(3, 6), List.of(GOLDEN_BEST));
    try (TuningDb db = TuningDb.inMemory()) {
      String both = text(first) + "\n" + text(second).replace("\n", "\r\n");
      assertEquals(new ImportReport(6, 1, 0, 0, 0), importInto(db, bytes(both)));
      assertEquals(List.of(), problems);
    }
  }

  @Test
  void import_foreignFile_isToldOnceAndCounted() throws IOException {
    String foreign = "{\"input\": [\"llvm\", \"conv2d\"]}\n".repeat(1000) + "not even JSON\n";
    try (TuningDb db = TuningDb.inMemory()) {
      assertEquals(new ImportReport(0, 0, 0, 0, 1001), importInto(db, bytes(foreign)));
      assertEquals(1, problems.size());
      assertEquals(1, problems.getFirst().line());
    }
  }

  @Test
  void import_lineTooLong_isSkippedWithoutBeingHeld() throws IOException {
    byte[] log = exportOf(GOLDEN_RECORDS, List.of());
    try (TuningDb db = TuningDb.inMemory();
        InputStream in =
            new java.io.SequenceInputStream(
                java.util.Collections.enumeration(
                    List.of(
                        new ByteArrayInputStream(bytes(HEADER)),
                        new ByteArrayInputStream(new byte[LineReader.MAX_LINE_BYTES + 1]),
                        new ByteArrayInputStream(bytes("\n")),
                        new ByteArrayInputStream(log))))) {
      ImportReport report = TuningLog.importFrom(in, "x.jsonl", db, problems::add);
      assertEquals(new ImportReport(6, 0, 0, 0, 1), report);
      assertEquals("x.jsonl:2: longer than 8388608 bytes", problems.getFirst().toString());
    }
  }

  @Test
  void import_badFields_saysWhichAndWhere() throws IOException {
    assertProblem("{\"crc32\":\"00000000\"}", "neither a header nor a record nor a best");
    assertProblem("[1,2]", "not a JSON object");
    assertProblem(line("record", "{}"), "'session' is missing");
    assertProblem(
        line(
            "record",
            "{\"session\":{\"id\":\"\",\"device\":\"d\",\"octune_version\":\"v\",\"compiler_version\":\"c\"}}"),
        "session id has 0 characters, must have 1 to 100");
    assertProblem(line("record", "{\"session\":7}"), "'id' is missing");
    assertProblem(line("best", "{\"workload\":\"conv3d n=1\"}"), "operator 'conv3d' is not known");
    assertProblem("{\"crc32\":\"0\",\"crc32\":\"1\"}", "Duplicate field");
    assertProblem("[".repeat(100_000), "not a JSON object");
    assertProblem(
        line("record", "{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}"), "not JSON");
  }

  @Test
  void import_bestOfAnotherMachine_keepsTheOneHere() throws IOException {
    Session elsewhere = new Session("far", "another machine", "0.1.0", "LLVM 20.1.7");
    ConfirmedBest foreign =
        ConfirmedBest.choose(
            Samples.CONV,
            Samples.AVX2,
            Samples.figure(1, 100),
            List.of(Samples.figure(2, 50)),
            elsewhere,
            Samples.NOON.plusSeconds(60));
    ConfirmedBest newerHere =
        ConfirmedBest.choose(
            Samples.CONV,
            Samples.AVX2,
            Samples.figure(1, 1000),
            List.of(Samples.figure(2, 990)),
            Samples.SESSION,
            Samples.NOON.plusSeconds(60));
    try (TuningDb db = TuningDb.inMemory()) {
      db.putBest(GOLDEN_BEST).join();
      assertEquals(
          new ImportReport(0, 0, 0, 1, 0), importInto(db, exportOf(List.of(), List.of(foreign))));
      assertEquals(List.of(GOLDEN_BEST), bests(db));
      assertEquals(
          new ImportReport(0, 1, 0, 0, 0), importInto(db, exportOf(List.of(), List.of(newerHere))));
      assertEquals(List.of(newerHere), bests(db));
    }
  }

  @Test
  void import_randomDamage_neverFailsAndNeverInventsARecord() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] log = exportOf(GOLDEN_RECORDS, List.of(GOLDEN_BEST));
    Set<TuningRecord> known = new HashSet<>(GOLDEN_RECORDS);
    for (int round = 0; round < 2000; round++) {
      byte[] bad = log.clone();
      for (int hits = 1 + random.nextInt(4); hits > 0; hits--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      try (TuningDb db = TuningDb.inMemory()) {
        importInto(db, bad);
        assertTrue(known.containsAll(all(db)), "invented in round " + round);
        assertTrue(Set.of(GOLDEN_BEST).containsAll(bests(db)), "invented in round " + round);
      }
    }
  }

  private void assertProblem(String line, String what) throws IOException {
    try (TuningDb db = TuningDb.inMemory()) {
      ImportReport report = importInto(db, bytes(HEADER + line + "\n"));
      assertEquals(new ImportReport(0, 0, 0, 0, 1), report);
      assertEquals(1, problems.size());
      assertEquals(2, problems.getFirst().line());
      assertTrue(problems.getFirst().what().contains(what), problems::toString);
    }
  }

  private static String line(String kind, String value) {
    return "{\"crc32\":\"%s\",\"%s\":%s}".formatted(Checksum.of(bytes(value)), kind, value);
  }

  private ImportReport importInto(TuningDb db, byte[] log) throws IOException {
    problems.clear();
    return TuningLog.importFrom(new ByteArrayInputStream(log), "x.jsonl", db, problems::add);
  }

  private static byte[] exportOf(List<TuningRecord> records, List<ConfirmedBest> bests)
      throws IOException {
    try (TuningDb db = TuningDb.inMemory()) {
      records.forEach(record -> db.append(record).join());
      bests.forEach(best -> db.putBest(best).join());
      return export(db, RecordFilter.ALL);
    }
  }

  private static byte[] export(TuningDb db, RecordFilter filter) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TuningLog.exportTo(out, db, filter, "0.1.0");
    return out.toByteArray();
  }

  private static List<TuningRecord> all(TuningDb db) {
    try (var records = db.records(RecordFilter.ALL)) {
      return records.toList();
    }
  }

  private static List<ConfirmedBest> bests(TuningDb db) {
    try (var bests = db.bests()) {
      return bests.toList();
    }
  }

  private static String text(byte[] log) {
    return new String(log, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String log) {
    return log.getBytes(StandardCharsets.UTF_8);
  }
}
