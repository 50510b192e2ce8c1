package dev.octune.tuner.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.text.TextException;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every strategy owes, whatever it thinks of first. */
class SearchStrategyTest {
  private static final Target TARGET = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1");
  private static final Workload WORKLOAD =
      Workload.parse(
          "conv2d_NCHWc_int8 n=1 ic=64 ih=56 iw=56 oc=64 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
              + " dilation=1,1 act=u8 wgt=s8 out=s32");
  private static final ConfigSpace SPACE =
      ConfigSpace.of(
          "conv2d_direct",
          1,
          List.of(
              Knob.Choice.of("leaf", "avx2_s16", "plain"),
              Knob.Size.of("oc_vectors", 1, 2, 3, 4),
              Knob.Size.of("ow_tile", 1, 2, 4, 7, 8, 14, 28),
              Knob.Choice.of("order", "kxy", "xyk", "ykx")),
          schedule -> schedule.size("oc_vectors") * schedule.size("ow_tile") <= 28);
  private static final SearchTask TASK = new SearchTask(WORKLOAD, TARGET, SPACE, SPACE.at(11));

  @ParameterizedTest
  @EnumSource
  void propose_untilExhausted_givesEachPointButTheDefaultOnce(StrategyKind kind) {
    try (Search search = Search.open(kind, 7)) {
      SearchStrategy strategy = search.strategy(TASK, List.of());
      Set<Schedule> proposed = new HashSet<>();
      for (List<Schedule> batch = strategy.propose(7);
          !batch.isEmpty();
          batch = strategy.propose(7)) {
        for (Schedule schedule : batch) {
          assertTrue(SPACE.contains(schedule));
          assertNotEquals(TASK.defaultSchedule(), schedule);
          assertTrue(proposed.add(schedule), () -> "twice: " + schedule);
        }
        strategy.observe(batch.stream().map(SearchStrategyTest::observed).toList());
        assertEquals(SPACE.size() - 1 - proposed.size(), strategy.remaining());
      }
      assertEquals(SPACE.size() - 1, proposed.size());
      assertEquals(List.of(), strategy.propose(1));
    }
  }

  @ParameterizedTest
  @EnumSource
  void propose_knownSchedules_areNeverProposed(StrategyKind kind) {
    List<Observation> known = new ArrayList<>();
    for (int i = 0; i < SPACE.size(); i += 2) {
      known.add(observed(SPACE.at(i)));
    }
    Set<Schedule> measured = new HashSet<>(known.stream().map(Observation::schedule).toList());
    try (Search search = Search.open(kind, 7)) {
      List<Schedule> proposed = search.strategy(TASK, known).propose(SPACE.size());
      proposed.forEach(schedule -> assertFalse(measured.contains(schedule)));
      measured.add(TASK.defaultSchedule());
      assertEquals(SPACE.size() - measured.size(), proposed.size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void propose_sameSeedSameMeasurements_givesTheSameTexts(StrategyKind kind) {
    assertEquals(transcript(kind, 5), transcript(kind, 5));
  }

  @ParameterizedTest
  @EnumSource(names = {"XGB", "RANDOM"})
  void propose_otherSeed_givesOtherSchedules(StrategyKind kind) {
    assertNotEquals(transcript(kind, 5), transcript(kind, 6));
  }

  @ParameterizedTest
  @EnumSource
  void propose_onlyTheDefaultInTheSpace_isEmpty(StrategyKind kind) {
    ConfigSpace one = ConfigSpace.of("t", 1, List.of(Knob.Size.of("tile", 4)), _ -> true);
    try (Search search = Search.open(kind, 1)) {
      SearchTask task = new SearchTask(WORKLOAD, TARGET, one, one.at(0));
      assertEquals(List.of(), search.strategy(task, List.of()).propose(8));
    }
  }

  @ParameterizedTest
  @EnumSource
  void observe_scheduleOfAnotherTemplateVersion_isIgnored(StrategyKind kind) {
    try (Search search = Search.open(kind, 1)) {
      SearchStrategy strategy = search.strategy(TASK, List.of());
      strategy.observe(List.of(observed(new Schedule("conv2d_direct", 9, SPACE.at(3).values()))));
      assertEquals(SPACE.size() - 1, strategy.remaining());
    }
  }

  @ParameterizedTest
  @EnumSource
  void observe_failures_areTakenInLikeAnythingElse(StrategyKind kind) {
    try (Search search = Search.open(kind, 1)) {
      SearchStrategy strategy = search.strategy(TASK, List.of());
      for (int batch = 0; batch < 4; batch++) {
        List<Observation> failed = new ArrayList<>();
        for (Schedule schedule : strategy.propose(6)) {
          failed.add(new Observation(schedule, failures().get(failed.size())));
        }
        strategy.observe(failed);
      }
      assertEquals(6, strategy.propose(6).size());
    }
  }

  @Test
  void task_defaultOutsideTheSpace_isRefused() {
    Schedule foreign = new Schedule("conv2d_direct", 1, Map.of("ow_tile", "3"));
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> new SearchTask(WORKLOAD, TARGET, SPACE, foreign));
    assertTrue(String.valueOf(refused.getMessage()).contains("ow_tile=3"), refused::toString);
  }

  @Test
  void parse_unknownName_saysWhichThereAre() {
    TextException unknown = assertThrows(TextException.class, () -> StrategyKind.parse("genetic"));
    assertEquals(
        "strategy 'genetic' is not known. Mend: use one of xgb, random, grid",
        unknown.getMessage());
    for (StrategyKind kind : StrategyKind.values()) {
      assertEquals(kind, StrategyKind.parse(kind.text()));
    }
  }

  /** Proposals as the pipeline asks for them: batch k after the results of batches ≤ k−2. */
  private static List<String> transcript(StrategyKind kind, long seed) {
    List<String> texts = new ArrayList<>();
    try (Search search = Search.open(kind, seed)) {
      SearchStrategy strategy = search.strategy(TASK, List.of());
      List<Schedule> inFlight = List.of();
      for (int batch = 0; batch < 8; batch++) {
        List<Schedule> proposed = strategy.propose(5);
        strategy.observe(inFlight.stream().map(SearchStrategyTest::observed).toList());
        inFlight = proposed;
        proposed.forEach(schedule -> texts.add(schedule.text()));
      }
    }
    return texts;
  }

  /** A made-up time: fastest at ow_tile 7 and two vectors; every eleventh point fails to build. */
  static Observation observed(Schedule schedule) {
    if (SPACE.indexOf(schedule).orElse(0) % 11 == 10) {
      return new Observation(schedule, new Measurement.BuildFailed("planted"));
    }
    double nanos =
        1000
            + 90 * Math.abs(schedule.size("ow_tile") - 7)
            + 200 * Math.abs(schedule.size("oc_vectors") - 2)
            + (schedule.choice("leaf").equals("plain") ? 3000 : 0);
    return new Observation(schedule, timed(nanos));
  }

  static Measurement timed(double nanos) {
    return new Measurement.Timed(
        List.of(new Measurement.Placement(0, List.of(new Measurement.Sample(nanos, 100, false)))),
        Measurement.CacheState.HOT);
  }

  private static List<Measurement> failures() {
    return List.of(
        new Measurement.BuildFailed("planted"),
        new Measurement.RunFailed("planted"),
        new Measurement.TimedOut("run", 1000),
        new Measurement.WrongAnswer("random", "planted", "repro"),
        new Measurement.DeviceLost("planted"),
        timed(500));
  }
}
