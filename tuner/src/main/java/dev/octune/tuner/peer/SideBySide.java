package dev.octune.tuner.peer;

import dev.octune.kernels.reference.Fill;
import dev.octune.kernels.reference.Reference;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Times kernels of one workload in turns: sample of the first, sample of the second, and so on,
 * then the next round. So drift of the machine meets all of them alike. Each placement makes all of
 * them ready anew, with other addresses.
 *
 * @param placements of which the median counts
 * @param rounds of samples in each placement
 * @param sampleNanos that a sample takes at least
 * @param pauseMillis before a sample, until the threads of the contender before have gone to sleep:
 *     a library's threads spin for a while after their work
 */
public record SideBySide(int placements, int rounds, long sampleNanos, long pauseMillis) {
  /** Whole runs of a kernel that bring its operands to the cache and its branches to rest. */
  private static final int WARM_UPS = 3;

  /**
   * Of a sample. What a library's call costs is taken off its times, so that a small kernel may
   * seem to take nothing: a sample then ends after some 100 ms and not after ten seconds.
   */
  private static final int MAX_RUNS = 1 << 14;

  /** One thread: threads of contenders never meet. Several: a pause long enough for libgomp's. */
  public static SideBySide standard(int threads) {
    return new SideBySide(3, 7, 2_000_000, threads == 1 ? 0 : 8);
  }

  /** Compares and times; an entrant without a kernel for this workload is left out. */
  public List<Figure> measure(Workload workload, Operands operands, List<Entrant> entrants)
      throws InterruptedException {
    Map<Entrant, Long> wrong = new HashMap<>();
    Map<Entrant, Long> wrongAtExtremes = new HashMap<>();
    Map<Entrant, String> kernels = new HashMap<>();
    compare(operands.timed(), entrants, wrong, kernels);
    compare(operands.extreme(), entrants, wrongAtExtremes, kernels);
    List<Entrant> able = entrants.stream().filter(kernels::containsKey).toList();
    Map<Entrant, List<Double>> medians = new HashMap<>();
    for (int placement = 0; placement < placements; placement++) {
      time(operands.timed(), able, medians);
    }
    List<Figure> figures = new ArrayList<>();
    for (Entrant entrant : able) {
      figures.add(
          new Figure(
              entrant.library(),
              entrant.path(),
              kernels.getOrDefault(entrant, ""),
              entrant.cap(),
              medians.getOrDefault(entrant, List.of()),
              wrong.getOrDefault(entrant, 0L),
              wrongAtExtremes.getOrDefault(entrant, 0L),
              workload.outElements()));
    }
    return figures;
  }

  /** Plain operands and the oracle's answer. */
  @SuppressWarnings("ArrayRecordComponent") // large, compared by no one
  public record Problem(byte[] act, byte[] wgt, int[] sums) {}

  /**
   * What a workload is tried on.
   *
   * @param timed random over the whole ranges
   * @param extreme at the ends of the ranges, and all of one sign, where sums are largest
   */
  public record Operands(Problem timed, Problem extreme) {
    /** Any weights of the workload's range. */
    public static Operands fullRange(Workload workload, long seed) {
      return new Operands(
          problem(workload, Fill.RANDOM, Fill.RANDOM.weights(workload, seed), seed),
          problem(workload, Fill.MAX_MAX, Fill.MAX_MAX.weights(workload, seed), seed));
    }

    /** Particular weights. */
    public static Operands onWeights(Workload workload, byte[] wgt, long seed) {
      return new Operands(
          problem(workload, Fill.RANDOM, wgt, seed), problem(workload, Fill.MAX_MAX, wgt, seed));
    }

    private static Problem problem(Workload workload, Fill fill, byte[] wgt, long seed) {
      byte[] act = fill.activations(workload, seed);
      return new Problem(act, wgt, Reference.output(workload, act, wgt));
    }
  }

  private static void compare(
      Problem problem,
      List<Entrant> entrants,
      Map<Entrant, Long> wrong,
      Map<Entrant, String> kernels) {
    for (Entrant entrant : entrants) {
      Optional<Contender> ready = entrant.prepare(problem.act(), problem.wgt());
      if (ready.isPresent()) {
        try (Contender contender = ready.get()) {
          long _ = contender.nanosOf(1);
          kernels.put(entrant, contender.kernel());
          wrong.put(entrant, contender.wrongOutputs(problem.sums()));
        }
      }
    }
  }

  private void time(Problem problem, List<Entrant> entrants, Map<Entrant, List<Double>> medians)
      throws InterruptedException {
    Map<Entrant, Contender> ready = new HashMap<>();
    try {
      Map<Entrant, Integer> runs = new HashMap<>();
      for (Entrant entrant : entrants) {
        Contender contender = entrant.prepare(problem.act(), problem.wgt()).orElseThrow();
        ready.put(entrant, contender);
        runs.put(entrant, runsOfSample(contender));
      }
      Map<Entrant, List<Double>> samples = new HashMap<>();
      for (int round = 0; round < rounds; round++) {
        for (Entrant entrant : entrants) {
          if (pauseMillis > 0) {
            Thread.sleep(pauseMillis);
          }
          Contender contender = ready.get(entrant);
          int count = runs.getOrDefault(entrant, 1);
          if (contender != null) {
            long _ = contender.nanosOf(Math.min(WARM_UPS, count));
            double nanos = (double) contender.nanosOf(count) / count;
            samples.computeIfAbsent(entrant, _ -> new ArrayList<>()).add(nanos);
          }
        }
      }
      samples.forEach(
          (entrant, of) ->
              medians.computeIfAbsent(entrant, _ -> new ArrayList<>()).add(Medians.of(of)));
    } finally {
      ready.values().forEach(Contender::close);
    }
  }

  /** Doubles the runs until a sample is long enough. */
  private int runsOfSample(Contender contender) {
    long _ = contender.nanosOf(WARM_UPS);
    int runs = 1;
    while (runs < MAX_RUNS && contender.nanosOf(runs) < sampleNanos) {
      runs *= 2;
    }
    return runs;
  }
}
