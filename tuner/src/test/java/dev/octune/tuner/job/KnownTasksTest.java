package dev.octune.tuner.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.octune.db.TuningDb;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.coordinator.ToyLibrary;
import dev.octune.tuner.search.Search;
import dev.octune.tuner.search.StrategyKind;
import dev.octune.tuner.task.TuningTask;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownTasksTest {
  private static final Target TARGET = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1");
  private static final Workload WORKLOAD =
      Workload.parse("dense_int8 m=1 k=8 n=8 act=u8 wgt=s8 out=s32");
  private static final int KEPT = 16;

  /** What a job keeps of earlier ones must not grow with them. */
  @ParameterizedTest
  @ValueSource(ints = {3, 16, 17, 200, 900})
  void plans_manyEarlierTrials_keepTheFewBestOfThem(int trials) {
    ToyLibrary library = new ToyLibrary(1000);
    try (TuningDb db = TuningDb.inMemory();
        Search search = Search.open(StrategyKind.RANDOM, 1)) {
      for (int i = 0; i < trials; i++) {
        append(db, "s", i, library.space(WORKLOAD, TARGET).at(i + 1), timed(i));
      }

      TaskPlan plan =
          new KnownTasks(library, db, search)
              .plans(List.of(new TuningTask(WORKLOAD, 1, List.of())), TARGET)
              .getFirst();

      assertEquals(trials, plan.knownTrials());
      assertEquals(
          IntStream.range(0, trials).mapToObj(KnownTasksTest::nanos).sorted().limit(KEPT).toList(),
          plan.known().stream()
              .map(TaskPlan.Known::medianNanos)
              .sorted(Comparator.naturalOrder())
              .toList());
    }
  }

  /** Else each job, and a job that goes on, would take devices down anew. */
  @Test
  void plans_candidateThatTookDevicesDown_isNotProposedAgain() {
    ToyLibrary library = new ToyLibrary(4);
    List<Schedule> all =
        IntStream.range(0, 4).mapToObj(library.space(WORKLOAD, TARGET)::at).toList();
    Measurement lost = new Measurement.DeviceLost("toy-1 went away");
    try (TuningDb db = TuningDb.inMemory();
        Search search = Search.open(StrategyKind.RANDOM, 1)) {
      KnownTasks known = new KnownTasks(library, db, search);
      // Nothing else ended there: it was the device.
      append(db, "a", 0, all.get(1), lost);
      append(db, "a", 1, all.get(2), lost);
      append(db, "b", 0, all.get(1), lost);
      assertEquals(Set.of(all.get(1), all.get(2), all.get(3)), proposed(known));

      append(db, "b", 1, all.get(3), timed(1));
      assertEquals(Set.of(all.get(2)), proposed(known));
    }
  }

  private static void append(
      TuningDb db, String session, int number, Schedule schedule, Measurement measurement) {
    db.append(
            new TuningRecord(
                new Session(session, "a device", "0.1.0", "LLVM 20.1.7"),
                number,
                TuningRecord.Kind.TRIAL,
                new Candidate(WORKLOAD, TARGET, schedule),
                1,
                measurement,
                Instant.EPOCH))
        .join();
  }

  private static Set<Schedule> proposed(KnownTasks known) {
    return Set.copyOf(
        known
            .plans(List.of(new TuningTask(WORKLOAD, 1, List.of())), TARGET)
            .getFirst()
            .strategy()
            .propose(4));
  }

  /** Neither rising nor falling, none twice: 37 and 1009 have no common factor. */
  private static Double nanos(int trial) {
    return 1000.0 + trial * 37 % 1009;
  }

  private static Measurement timed(int trial) {
    return new Measurement.Timed(
        List.of(
            new Measurement.Placement(0, List.of(new Measurement.Sample(nanos(trial), 1, false)))),
        Measurement.CacheState.HOT);
  }
}
