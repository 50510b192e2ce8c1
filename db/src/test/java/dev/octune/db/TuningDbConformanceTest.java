package dev.octune.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.DbException.Reason;
import dev.octune.db.TuningDb.Access;
import dev.octune.db.match.IndexedBest;
import dev.octune.db.match.LookupIndex;
import dev.octune.db.match.LookupResult;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every tuning database does. */
abstract class TuningDbConformanceTest {
  private TuningDb db;

  abstract TuningDb open();

  @BeforeEach
  void openDatabase() {
    db = open();
  }

  @AfterEach
  void closeDatabase() {
    db.close();
  }

  @Test
  void append_anyMeasurement_isReadBackEqual() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<TuningRecord> written =
        IntStream.range(0, 200)
            .mapToObj(i -> Samples.record(i, Samples.measurement(random)))
            .toList();
    written.stream().map(db::append).toList().forEach(CompletableFuture::join);
    assertEquals(written, db.trials(Samples.CONV, Samples.AVX2));
    try (var records = db.records(RecordFilter.ALL)) {
      assertEquals(written, records.toList());
    }
    assertEquals(new TuningDb.Counts(200, 0), db.counts());
  }

  @Test
  void append_acknowledged_isSeenByReads() {
    for (int i = 0; i < 5; i++) {
      db.append(Samples.record(i, Samples.timed(10))).join();
      assertEquals(i + 1, db.counts().records());
    }
  }

  @Test
  void append_sameSessionAndNumber_failsAndKeepsTheRest() throws InterruptedException {
    TuningRecord first = Samples.record(0, Samples.timed(10));
    TuningRecord again = Samples.record(0, Samples.timed(11));
    TuningRecord other = Samples.record(1, Samples.timed(12));
    List<CompletableFuture<Void>> done =
        List.of(db.append(first), db.append(again), db.append(other));
    done.get(0).join();
    done.get(2).join();
    ExecutionException failed = assertThrows(ExecutionException.class, () -> done.get(1).get());
    DbException duplicate = assertInstanceOf(DbException.class, failed.getCause());
    assertEquals(Reason.DUPLICATE, duplicate.reason());
    assertEquals(List.of(first, other), db.trials(Samples.CONV, Samples.AVX2));
  }

  @Test
  void append_sessionIdOfAnother_isRefused() {
    db.append(Samples.record(0, Samples.timed(10))).join();
    Session same = new Session(Samples.SESSION.id(), "another machine", "0.1.0", "LLVM 20.1.7");
    TuningRecord foreign = Samples.record(same, 1, Samples.CONV, Samples.AVX2, Samples.timed(11));
    ExecutionException failed =
        assertThrows(ExecutionException.class, () -> db.append(foreign).get());
    assertEquals(Reason.CONFLICT, assertInstanceOf(DbException.class, failed.getCause()).reason());
    assertEquals(new TuningDb.Counts(1, 0), db.counts());
  }

  @Test
  void records_filtered_agreeWithEveryField() {
    Session other = new Session("session-2", "another", "0.1.0", "LLVM 20.1.7");
    Workload azp = Samples.CONV.with(Samples.CONV.numerics().withAzp(128));
    TuningRecord a = Samples.record(0, Samples.timed(10));
    TuningRecord b = Samples.record(other, 0, azp, Samples.AVX2, Samples.timed(11));
    TuningRecord c = Samples.record(other, 1, Samples.CONV, Samples.VNNI, Samples.timed(12));
    TuningRecord d = Samples.record(other, 2, Samples.DENSE, Samples.AVX2, Samples.timed(13));
    List.of(a, b, c, d).forEach(record -> db.append(record).join());
    assertEquals(List.of(a, b, c), recordsOf(RecordFilter.ALL.withWorkload(azp)));
    assertEquals(List.of(a, b, d), recordsOf(RecordFilter.ALL.withTarget(Samples.AVX2)));
    assertEquals(List.of(b, c, d), recordsOf(RecordFilter.ALL.withSession("session-2")));
    assertEquals(
        List.of(b),
        recordsOf(
            RecordFilter.ALL
                .withSession("session-2")
                .withWorkload(Samples.CONV)
                .withTarget(Samples.AVX2)));
    assertEquals(List.of(a, b), db.trials(azp, Samples.AVX2));
  }

  @Test
  void records_manyPages_comeInOrder() {
    List<CompletableFuture<Void>> done = new ArrayList<>();
    for (int i = 0; i < 3 * H2Reads.PAGE_ROWS; i++) {
      done.add(db.append(Samples.record(i, Samples.timed(i + 1))));
    }
    done.forEach(CompletableFuture::join);
    try (var records = db.records(RecordFilter.ALL)) {
      assertEquals(
          IntStream.range(0, 3 * H2Reads.PAGE_ROWS).boxed().toList(),
          records.map(TuningRecord::number).toList());
    }
  }

  @Test
  void page_oneAfterTheOther_areAllRecordsOnce() {
    Workload azp = Samples.CONV.with(Samples.CONV.numerics().withAzp(128));
    List<TuningRecord> written = new ArrayList<>();
    for (int i = 0; i < 2 * H2Reads.PAGE_ROWS + 7; i++) {
      Workload workload = i % 3 == 0 ? Samples.DENSE : i % 3 == 1 ? Samples.CONV : azp;
      written.add(Samples.record(Samples.SESSION, i, workload, Samples.AVX2, Samples.timed(i + 1)));
    }
    written.stream().map(db::append).toList().forEach(CompletableFuture::join);
    for (RecordFilter filter :
        List.of(
            RecordFilter.ALL,
            RecordFilter.ALL.withWorkload(Samples.CONV),
            RecordFilter.ALL.withSession(Samples.SESSION.id()).withTarget(Samples.AVX2),
            RecordFilter.ALL.withTarget(Samples.VNNI))) {
      for (int size : new int[] {1, 100, H2Reads.PAGE_ROWS, 5000}) {
        List<TuningRecord> wanted = recordsOf(filter);
        String by = filter + " by " + size;
        assertEquals(wanted, paged(filter, RecordOrder.OLDEST_FIRST, size), by);
        assertEquals(
            wanted.reversed(), paged(filter, RecordOrder.NEWEST_FIRST, size), by + ", back");
      }
    }
  }

  @Test
  void page_newestFirst_isNotMovedByWhatIsStoredMeanwhile() {
    for (int i = 0; i < 5; i++) {
      db.append(Samples.record(i, Samples.timed(i + 1))).join();
    }
    RecordPage first = db.page(RecordFilter.ALL, RecordOrder.NEWEST_FIRST, 0, 2);
    db.append(Samples.record(5, Samples.timed(6))).join();
    RecordPage second =
        db.page(RecordFilter.ALL, RecordOrder.NEWEST_FIRST, first.next().orElseThrow(), 2);
    assertEquals(List.of(4, 3), first.records().stream().map(TuningRecord::number).toList());
    assertEquals(List.of(2, 1), second.records().stream().map(TuningRecord::number).toList());
  }

  private List<TuningRecord> paged(RecordFilter filter, RecordOrder order, int size) {
    List<TuningRecord> all = new ArrayList<>();
    OptionalLong next = OptionalLong.of(0);
    while (next.isPresent()) {
      RecordPage page = db.page(filter, order, next.getAsLong(), size);
      assertTrue(page.records().size() <= size);
      all.addAll(page.records());
      next = page.next();
    }
    return all;
  }

  @Test
  void measuredSchedules_timedAndFailed_areBothThere() {
    db.append(Samples.record(0, Samples.timed(10))).join();
    db.append(Samples.record(1, new Measurement.BuildFailed("no"))).join();
    Set<Schedule> measured = db.measuredSchedules(Samples.CONV, Samples.AVX2);
    assertEquals(Set.of(Samples.schedule(1), Samples.schedule(2)), measured);
    assertEquals(Set.of(), db.measuredSchedules(Samples.CONV, Samples.VNNI));
  }

  @Test
  void putBest_again_replacesTheOne() {
    db.putBest(Samples.best(Samples.CONV, Samples.AVX2, 800)).join();
    ConfirmedBest second = Samples.best(Samples.CONV, Samples.AVX2, 700);
    db.putBest(second).join();
    try (var bests = db.bests()) {
      assertEquals(List.of(second), bests.toList());
    }
    assertEquals(new TuningDb.Counts(0, 1), db.counts());
  }

  @Test
  void lookup_confirmed_isExactWhateverTheAzp() {
    ConfirmedBest best = Samples.best(Samples.CONV, Samples.AVX2, 800);
    db.putBest(best).join();
    Workload azp = Samples.CONV.with(Samples.CONV.numerics().withAzp(211));
    assertEquals(new LookupResult.Exact<>(best), db.lookup(azp, Samples.AVX2, _ -> true));
  }

  @Test
  void lookup_anotherTargetAndOperator_isCompatibleOrNone() {
    ConfirmedBest best = Samples.best(Samples.CONV, Samples.AVX2, 800);
    db.putBest(best).join();
    assertEquals(
        new LookupResult.Compatible<>(best), db.lookup(Samples.CONV, Samples.VNNI, _ -> true));
    assertEquals(new LookupResult.None<>(), db.lookup(Samples.DENSE, Samples.AVX2, _ -> true));
  }

  @Test
  void lookup_onlyTrials_isNone() {
    db.append(Samples.record(0, Samples.timed(10))).join();
    assertEquals(new LookupResult.None<>(), db.lookup(Samples.CONV, Samples.AVX2, _ -> true));
  }

  @Test
  void index_bestsBeforeAndAfter_areInItOnceStored() {
    ConfirmedBest before = Samples.best(Samples.CONV, Samples.AVX2, 800);
    db.putBest(before).join();
    LookupIndex index = db.index((_, _) -> _ -> true);
    assertEquals(800, medianOf(index.find(Samples.CONV, Samples.AVX2)));
    long version = index.version();
    db.putBest(Samples.best(Samples.CONV, Samples.AVX2, 700)).join();
    assertEquals(700, medianOf(index.find(Samples.CONV, Samples.AVX2)));
    assertTrue(index.version() > version);
    db.putBest(Samples.best(Samples.DENSE, Samples.AVX2, 600)).join();
    assertEquals(600, medianOf(index.find(Samples.DENSE, Samples.AVX2)));
    assertEquals(2, index.size());
  }

  private static double medianOf(LookupResult<IndexedBest> found) {
    return assertInstanceOf(LookupResult.Exact.class, found).best().medianNanos();
  }

  @Test
  void best_ofSeveralAzps_isItsOwnThenTheNewest() {
    Workload azp = Samples.CONV.with(Samples.CONV.numerics().withAzp(211));
    Workload other = Samples.CONV.with(Samples.CONV.numerics().withAzp(1));
    ConfirmedBest older = Samples.best(Samples.CONV, Samples.AVX2, 800);
    ConfirmedBest newer =
        ConfirmedBest.choose(
            azp,
            Samples.AVX2,
            Samples.figure(1, 1000),
            List.of(Samples.figure(8, 900)),
            Samples.SESSION,
            Samples.NOON.plusSeconds(1));
    db.putBest(older).join();
    db.putBest(newer).join();
    assertEquals(Optional.of(older), db.best(Samples.CONV, Samples.AVX2));
    assertEquals(Optional.of(newer), db.best(azp, Samples.AVX2));
    assertEquals(Optional.of(newer), db.best(other, Samples.AVX2));
    assertEquals(Optional.empty(), db.best(Samples.CONV, Samples.VNNI));
  }

  @Test
  void backup_whileOpen_holdsEverything(@TempDir Path folder) {
    List<TuningRecord> written =
        IntStream.range(0, 2 * H2Reads.PAGE_ROWS + 1)
            .mapToObj(i -> Samples.record(i, Samples.timed(i + 1)))
            .toList();
    written.stream().map(db::append).toList().forEach(CompletableFuture::join);
    ConfirmedBest best = Samples.best(Samples.CONV, Samples.AVX2, 800);
    db.putBest(best).join();
    BackupReport report = db.backup(folder.resolve("copy"));
    assertEquals(new TuningDb.Counts(written.size(), 1), report.counts());
    assertEquals(folder.resolve("copy.mv.db"), report.file());
    try (TuningDb copy = TuningDb.open(report.file(), Access.READER);
        var records = copy.records(RecordFilter.ALL);
        var bests = copy.bests()) {
      assertEquals(written, records.toList());
      assertEquals(List.of(best), bests.toList());
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(report.file()), files.toList(), "nothing else is left behind");
    } catch (IOException e) {
      throw new UncheckedIOException("listing " + folder, e);
    }
  }

  @Test
  void backup_ontoAFile_isRefused(@TempDir Path folder) throws IOException {
    Path there = Files.writeString(folder.resolve("copy.mv.db"), "precious");
    DbException refused = assertThrows(DbException.class, () -> db.backup(there));
    assertTrue(refused.getMessage().contains("there already"), refused.getMessage());
    assertEquals("precious", Files.readString(there));
  }

  @Test
  void calls_fromInterruptedThread_workAndKeepTheInterrupt() {
    Thread.currentThread().interrupt();
    CompletableFuture<Void> done = db.append(Samples.record(0, Samples.timed(10)));
    done.join();
    assertEquals(1, db.counts().records());
    assertTrue(Thread.interrupted(), "the interrupt is the caller's to see");
    db.append(Samples.record(1, Samples.timed(10))).join();
    assertEquals(2, db.counts().records());
  }

  @Test
  void closed_anyCall_saysSo() {
    db.close();
    db.close();
    DbException read = assertThrows(DbException.class, () -> db.counts());
    assertEquals(Reason.CLOSED, read.reason());
    ExecutionException failed =
        assertThrows(
            ExecutionException.class, () -> db.append(Samples.record(0, Samples.timed(10))).get());
    assertEquals(Reason.CLOSED, assertInstanceOf(DbException.class, failed.getCause()).reason());
  }

  private List<TuningRecord> recordsOf(RecordFilter filter) {
    try (var records = db.records(filter)) {
      return records.toList();
    }
  }
}
