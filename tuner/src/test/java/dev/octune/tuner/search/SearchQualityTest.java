package dev.octune.tuner.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.measure.Device;
import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.tuner.landscape.Landscape;
import dev.octune.tuner.landscape.ReplayDevice;
import dev.octune.tuner.model.CostModel;
import dev.octune.tuner.schedule.TaskScheduler;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the guided search is worth on spaces that were measured: landscapes recorded from the
 * in-process device (docs/adr/0005-cost-model-objective.md tells where and how). Batches, their
 * order and the delay of two between measuring and learning are those of a real run.
 */
class SearchQualityTest {
  private static final int SEEDS = 10;
  private static final int GUIDED_TRIALS = 64;
  private static final int RANDOM_TRIALS = 500;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv-64x56x56-64-3x3",
        "conv-64x56x56-256-1x1",
        "conv-512x7x7-512-3x3",
        "dense-16x768x768"
      })
  void guided_64Trials_reach95PercentOf500RandomOnesAndBeat64(String name) throws Exception {
    Landscape landscape = landscape(name);
    SearchTask task = landscape.task();
    Device device = new ReplayDevice(List.of(landscape));
    List<Double> guided = new ArrayList<>();
    List<Double> random = new ArrayList<>();
    List<Double> manyRandom = new ArrayList<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      guided.add(bestSpeed(task, device, StrategyKind.XGB, seed, GUIDED_TRIALS));
      random.add(bestSpeed(task, device, StrategyKind.RANDOM, seed, GUIDED_TRIALS));
      manyRandom.add(bestSpeed(task, device, StrategyKind.RANDOM, SEEDS + seed, RANDOM_TRIALS));
    }
    double share = mean(guided) / mean(manyRandom);
    double chance = chanceOfSuchAnAdvantage(guided, random);
    String figures =
        "%s: guided %.4f of the best of %d random, p = %.5f against %d random (seeds 0…%d)"
            .formatted(name, share, RANDOM_TRIALS, chance, GUIDED_TRIALS, 2 * SEEDS - 1);
    System.out.println(figures);
    assertTrue(share >= 0.95, figures);
    assertTrue(chance <= 0.05, figures);
  }

  /** What spaces beyond the scored points get: a sample and its mutants, here 128 of 1 112. */
  @Test
  void guided_spaceTooLargeToScoreWhole_evolvesAsWell() throws Exception {
    Landscape landscape = landscape("dense-16x768x768");
    assertTrue(landscape.isExhaustive(), "mutants need their neighbours in the landscape");
    SearchTask task = landscape.task();
    Device device = new ReplayDevice(List.of(landscape));
    SearchSettings d = SearchSettings.DEFAULT;
    SearchSettings few = new SearchSettings(d.label(), d.transferPoints(), d.randomShare(), 128);
    List<Double> evolved = new ArrayList<>();
    List<Double> random = new ArrayList<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      CostModel model = CostModel.xgboost(seed, List.of());
      try (Search search = Search.open(StrategyKind.XGB, seed, model, few)) {
        evolved.add(bestSpeed(task, device, search, GUIDED_TRIALS));
      }
      random.add(bestSpeed(task, device, StrategyKind.RANDOM, SEEDS + seed, RANDOM_TRIALS));
    }
    double share = mean(evolved) / mean(random);
    assertTrue(share >= 0.95, "evolved " + share + " of the best of " + RANDOM_TRIALS);
  }

  /** The fastest time's speed, multiply-adds per nanosecond, of a search as a job would run it. */
  private static double bestSpeed(
      SearchTask task, Device device, StrategyKind kind, long seed, int trials) {
    try (Search search = Search.open(kind, seed)) {
      return bestSpeed(task, device, search, trials);
    }
  }

  private static double bestSpeed(SearchTask task, Device device, Search search, int trials) {
    double bestNanos = Double.POSITIVE_INFINITY;
    int measured = 0;
    SearchStrategy strategy = search.strategy(task, List.of());
    List<Observation> inFlight = List.of();
    while (measured < trials) {
      List<Schedule> batch =
          strategy.propose(Math.min(TaskScheduler.DEFAULT_BATCH_TRIALS, trials - measured));
      assertTrue(!batch.isEmpty(), "the space ended after " + measured + " trials");
      strategy.observe(inFlight);
      inFlight = batch.stream().map(schedule -> observed(device, task, schedule)).toList();
      for (Observation observation : inFlight) {
        if (observation.measurement() instanceof Measurement.Timed timed) {
          bestNanos = Math.min(bestNanos, timed.medianNanos());
        }
      }
      measured += batch.size();
    }
    assertEquals(trials, measured);
    return task.workload().macs() / bestNanos;
  }

  private static Observation observed(Device device, SearchTask task, Schedule schedule) {
    Candidate candidate = new Candidate(task.workload(), task.target(), schedule);
    MeasureRequest request = new MeasureRequest(candidate, 0, OptionalDouble.empty());
    return new Observation(schedule, device.measure(request).join());
  }

  /**
   * One-sided permutation test: the share of relabellings of all values whose first half leads by
   * as much as the first list does. Seeded, so that it always gives the same answer.
   */
  private static double chanceOfSuchAnAdvantage(List<Double> first, List<Double> second) {
    int relabellings = 20_000;
    List<Double> all = new ArrayList<>(first);
    all.addAll(second);
    double lead = mean(first) - mean(second);
    Random random = new Random(20_261_122);
    int asGood = 1;
    for (int i = 0; i < relabellings; i++) {
      Collections.shuffle(all, random);
      double shuffled =
          mean(all.subList(0, first.size())) - mean(all.subList(first.size(), all.size()));
      asGood += shuffled >= lead ? 1 : 0;
    }
    return (double) asGood / (relabellings + 1);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  private static Landscape landscape(String name) throws IOException, URISyntaxException {
    URL file =
        Objects.requireNonNull(
            SearchQualityTest.class.getResource("/landscapes/" + name + ".landscape.gz"), name);
    return Landscape.read(Path.of(file.toURI()));
  }
}
