package dev.octune.tuner.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * That the model steers, on made-up times; what the steering is worth is {@link
 * SearchQualityTest}'s to say, on measured ones.
 */
class ModelSearchTest {
  private static final Target TARGET = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1");
  private static final int BATCH = 8;

  /** 40 320 points: beyond what is scored whole. */
  private static final ConfigSpace LARGE =
      ConfigSpace.of(
          "conv2d_direct",
          1,
          List.of(
              Knob.Choice.of("leaf", "avx2_s16", "plain"),
              Knob.Size.of("ic_block", 4, 8, 16, 32, 64, 128),
              Knob.Size.of("oc_vectors", 1, 2, 3, 4, 6, 8),
              Knob.Size.of("ow_tile", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 28),
              Knob.Size.of("unroll", 1, 2, 4, 8),
              Knob.Choice.of("order", "channels_outer", "rows_outer"),
              Knob.Choice.of("a", "one", "two", "three"),
              Knob.Choice.of("b", "one", "two")),
          schedule -> schedule.size("oc_vectors") * schedule.size("ow_tile") <= 56);

  @Test
  void propose_largeSpace_evolvesTowardsWhatIsFastAndRepeatsNothing() {
    try (Search search = Search.open(StrategyKind.XGB, 3)) {
      SearchStrategy strategy = search.strategy(task(64), List.of());
      Set<Schedule> proposed = new HashSet<>();
      List<Double> meanNanos = new ArrayList<>();
      for (int batch = 0; batch < 10; batch++) {
        List<Schedule> schedules = strategy.propose(BATCH);
        schedules.forEach(schedule -> assertTrue(LARGE.contains(schedule)));
        schedules.forEach(schedule -> assertTrue(proposed.add(schedule), schedule::text));
        assertEquals(BATCH, schedules.size());
        strategy.observe(observed(schedules, ModelSearchTest::madeUp));
        meanNanos.add(
            schedules.stream().mapToDouble(ModelSearchTest::nanos).average().orElseThrow());
      }
      assertTrue(meanNanos.getLast() < meanNanos.getFirst() / 2, meanNanos::toString);
      assertEquals(LARGE.size() - 1 - proposed.size(), strategy.remaining());
    }
  }

  @Test
  void propose_starts_comeFirstAndOnce() {
    List<Schedule> starts = List.of(LARGE.at(4711), LARGE.at(17));
    SearchTask task = new SearchTask(task(64).workload(), TARGET, LARGE, LARGE.at(0), starts);
    List<Observation> known = observed(List.of(starts.getLast()), ModelSearchTest::madeUp);
    try (Search search = Search.open(StrategyKind.XGB, 3)) {
      List<Schedule> fresh = search.strategy(task, List.of()).propose(BATCH);
      SearchStrategy resumed = search.strategy(task, known);
      List<Schedule> again = resumed.propose(BATCH);

      assertEquals(starts, fresh.subList(0, 2));
      assertEquals(BATCH, fresh.size());
      assertEquals(starts.getFirst(), again.getFirst());
      assertEquals(BATCH, again.size());
      assertTrue(!again.contains(starts.getLast()));
      assertTrue(!resumed.propose(BATCH).contains(starts.getFirst()));
    }
  }

  @Test
  void propose_leafThatAlwaysFails_isLeftAlone() {
    try (Search search = Search.open(StrategyKind.XGB, 3)) {
      SearchStrategy strategy = search.strategy(task(64), List.of());
      for (int round = 0; round < 8; round++) {
        strategy.observe(
            observed(
                strategy.propose(BATCH),
                schedule ->
                    schedule.choice("leaf").equals("plain")
                        ? new Measurement.BuildFailed("planted")
                        : madeUp(schedule)));
      }
      List<Schedule> batch = strategy.propose(4 * BATCH);
      assertTrue(plain(batch) <= BATCH, batch::toString);
    }
  }

  @Test
  void propose_secondTask_profitsFromWhatTheFirstTaught() {
    try (Search search = Search.open(StrategyKind.XGB, 3)) {
      SearchStrategy first = search.strategy(task(64), List.of());
      for (int batch = 0; batch < 8; batch++) {
        first.observe(observed(first.propose(BATCH), ModelSearchTest::madeUp));
      }
      SearchStrategy second = search.strategy(task(128), List.of());
      List<Schedule> one = second.propose(1);
      second.observe(observed(one, ModelSearchTest::madeUp));
      List<Schedule> guided = second.propose(2 * BATCH);
      assertTrue(plain(guided) <= 2, guided::toString);
    }
  }

  @Test
  void propose_warmStart_isGuidedFromTheFirstBatch() {
    List<Observation> known = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      known.addAll(observed(List.of(LARGE.at(i * 130)), ModelSearchTest::madeUp));
    }
    double mean =
        known.stream().mapToDouble(seen -> nanos(seen.schedule())).average().orElseThrow();
    try (Search search = Search.open(StrategyKind.XGB, 3)) {
      List<Schedule> batch = search.strategy(task(64), known).propose(BATCH);
      double guided = batch.stream().mapToDouble(ModelSearchTest::nanos).average().orElseThrow();
      assertTrue(guided < mean / 2, "guided " + guided + ", known " + mean);
    }
  }

  @Test
  void propose_twoTasksInTurn_isTheSameEachTime() {
    assertEquals(inTurn(), inTurn());
  }

  /** Proposals of two tasks that share the model, each batch learned from two turns later. */
  private static List<String> inTurn() {
    List<String> texts = new ArrayList<>();
    try (Search search = Search.open(StrategyKind.XGB, 3)) {
      List<SearchStrategy> strategies =
          List.of(search.strategy(task(64), List.of()), search.strategy(task(128), List.of()));
      List<Schedule> inFlight = List.of();
      for (int turn = 0; turn < 8; turn++) {
        List<Schedule> batch = strategies.get(turn % 2).propose(BATCH);
        strategies.get((turn + 1) % 2).observe(observed(inFlight, ModelSearchTest::madeUp));
        inFlight = batch;
        batch.forEach(schedule -> texts.add(schedule.text()));
      }
    }
    return texts;
  }

  @Test
  void observe_lostDevice_teachesNothing() {
    try (Search search = Search.open(StrategyKind.XGB, 3)) {
      SearchStrategy strategy = search.strategy(task(64), List.of());
      List<Schedule> batch = strategy.propose(BATCH);
      strategy.observe(observed(batch, _ -> new Measurement.DeviceLost("unplugged")));
      assertEquals(BATCH, strategy.propose(BATCH).size());
      assertEquals(LARGE.size() - 1 - 2 * BATCH, strategy.remaining());
    }
  }

  private static SearchTask task(int channels) {
    Workload workload =
        Workload.parse(
            ("conv2d_NCHWc_int8 n=1 ic=64 ih=56 iw=56 oc=%d kh=3 kw=3 stride=1,1 pad=1,1,1,1"
                    + " dilation=1,1 act=u8 wgt=s8 out=s32")
                .formatted(channels));
    return new SearchTask(workload, TARGET, LARGE, LARGE.at(0));
  }

  private static List<Observation> observed(
      List<Schedule> schedules, Function<Schedule, Measurement> device) {
    return schedules.stream()
        .map(schedule -> new Observation(schedule, device.apply(schedule)))
        .toList();
  }

  private static Measurement madeUp(Schedule schedule) {
    return SearchStrategyTest.timed(nanos(schedule));
  }

  private static double nanos(Schedule schedule) {
    int sums = schedule.size("oc_vectors") * schedule.size("ow_tile");
    return 1000
        + 300 * Math.abs(sums - 12)
        + 100 * schedule.size("unroll")
        + (schedule.choice("leaf").equals("plain") ? 9000 : 0)
        + (schedule.choice("a").equals("two") ? 2000 : 0);
  }

  private static long plain(List<Schedule> schedules) {
    return schedules.stream().filter(s -> s.choice("leaf").equals("plain")).count();
  }
}
