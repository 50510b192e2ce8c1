package dev.octune.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.DbException.Reason;
import dev.octune.db.TuningDb.Access;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.TuningRecord;
import dev.octune.db.record.TuningRecord.Kind;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PruneTest {
  @TempDir private Path folder;

  @Test
  void prune_oldTrials_keepsTheBestAndWhatIsNoTrial() {
    Path file = folder.resolve("tuning");
    TuningRecord wrong = Samples.record(5, new Measurement.WrongAnswer("random", "what", "repro"));
    TuningRecord base = of(6, Kind.DEFAULT, 900);
    TuningRecord confirmation = of(7, Kind.CONFIRMATION, 950);
    TuningRecord fresh = Samples.record(1000, Samples.timed(999));
    ConfirmedBest best = Samples.best(Samples.CONV, Samples.AVX2, 800);
    try (TuningDb db = TuningDb.open(file, Access.WRITER)) {
      List.of(
              Samples.record(0, Samples.timed(50)),
              Samples.record(1, Samples.timed(30)),
              Samples.record(2, Samples.timed(40)),
              Samples.record(3, Samples.timed(20)),
              Samples.record(4, new Measurement.BuildFailed("no")),
              wrong,
              base,
              confirmation,
              fresh)
          .forEach(record -> db.append(record).join());
      db.putBest(best).join();
    }
    PruneReport report = TuningDb.prune(file, new PrunePlan(2, Samples.NOON.plusMillis(500)));
    assertEquals(3, report.removedRecords());
    assertEquals(6, report.keptRecords());
    try (TuningDb db = TuningDb.open(file, Access.READER);
        var bests = db.bests()) {
      assertEquals(
          List.of(
              Samples.record(1, Samples.timed(30)),
              Samples.record(3, Samples.timed(20)),
              wrong,
              base,
              confirmation,
              fresh),
          db.trials(Samples.CONV, Samples.AVX2));
      assertEquals(List.of(best), bests.toList());
    }
  }

  @Test
  void prune_manyRecords_shrinksTheFile() {
    Path file = folder.resolve("tuning");
    try (TuningDb db = TuningDb.open(file, Access.WRITER)) {
      List<CompletableFuture<Void>> done = new ArrayList<>();
      IntStream.range(0, 1500)
          .forEach(i -> done.add(db.append(Samples.record(i, Samples.timed(i + 1)))));
      done.forEach(CompletableFuture::join);
    }
    PruneReport report = TuningDb.prune(file, new PrunePlan(10, Samples.NOON.plusSeconds(3600)));
    assertEquals(1490, report.removedRecords());
    assertTrue(report.fileBytesAfter() < report.fileBytesBefore() / 2, () -> "shrank to " + report);
    try (TuningDb db = TuningDb.open(file, Access.WRITER)) {
      assertEquals(new TuningDb.Counts(10, 0), db.counts());
      db.append(Samples.record(1500, Samples.timed(1))).join();
    }
  }

  @Test
  void prune_whileWritten_isRefused() {
    Path file = folder.resolve("tuning");
    try (TuningDb db = TuningDb.open(file, Access.WRITER)) {
      PrunePlan plan = new PrunePlan(1, Samples.NOON);
      DbException refused = assertThrows(DbException.class, () -> TuningDb.prune(file, plan));
      assertEquals(Reason.SECOND_WRITER, refused.reason());
      db.append(Samples.record(0, Samples.timed(1))).join();
    }
  }

  @Test
  void prune_missingFile_saysSo() {
    PrunePlan plan = new PrunePlan(1, Samples.NOON);
    DbException missing =
        assertThrows(DbException.class, () -> TuningDb.prune(folder.resolve("none"), plan));
    assertEquals(Reason.MISSING, missing.reason());
  }

  private static TuningRecord of(int number, Kind kind, double nanos) {
    return new TuningRecord(
        Samples.SESSION,
        number,
        kind,
        new Candidate(Samples.CONV, Samples.AVX2, Samples.schedule(number + 1)),
        7,
        Samples.timed(nanos),
        Samples.NOON);
  }
}
