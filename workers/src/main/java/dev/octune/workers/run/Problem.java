package dev.octune.workers.run;

import dev.octune.kernels.reference.Fill;
import dev.octune.kernels.reference.Reference;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.Optional;

/**
 * A workload with operands made from a seed, and the oracle's answer to each fill: what a kernel is
 * checked against. Thread-safe; two problems are equal where workload and seed are.
 */
public final class Problem {
  private final Workload workload;
  private final long seed;
  private final Optional<byte[]> weights;
  private final List<int[]> answers;

  private Problem(Workload workload, long seed, Optional<byte[]> weights, List<int[]> answers) {
    this.workload = workload;
    this.seed = seed;
    this.weights = weights;
    this.answers = answers;
  }

  /**
   * Asks the oracle for every fill: about a nanosecond a multiply-add and fill. A workload that
   * names weights is solved with these in every fill; only its activations vary.
   *
   * @throws dev.octune.kernels.weights.MissingWeightsException where the store lacks them
   */
  public static Problem solve(Workload workload, long seed, WeightStore store) {
    Optional<byte[]> weights = store.of(workload);
    return new Problem(
        workload,
        seed,
        weights,
        Fill.ALL.stream()
            .map(
                fill ->
                    Reference.output(
                        workload,
                        fill.activations(workload, seed),
                        weights.orElseGet(() -> fill.weights(workload, seed))))
            .toList());
  }

  /** The plain weights of every fill; empty where each fill has its own. */
  Optional<byte[]> weights() {
    return weights;
  }

  /**
   * A problem whose answers somebody else knows.
   *
   * @param answers plain outputs s32, one for each of {@link Fill#ALL}
   */
  static Problem of(Workload workload, long seed, List<int[]> answers) {
    return new Problem(workload, seed, Optional.empty(), answers);
  }

  public Workload workload() {
    return workload;
  }

  public long seed() {
    return seed;
  }

  /** The plain output s32 of a fill. */
  int[] answer(Fill fill) {
    return answers.get(Fill.ALL.indexOf(fill));
  }

  /** Bytes that operands and answers of a workload take in the runner. */
  public static long bytes(Workload workload) {
    return Fill.ALL.size()
        * (workload.actElements() + workload.wgtElements() + 4 * workload.outElements());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Problem problem
        && workload.equals(problem.workload)
        && seed == problem.seed;
  }

  @Override
  public int hashCode() {
    return 31 * workload.hashCode() + Long.hashCode(seed);
  }

  @Override
  public String toString() {
    return workload.text() + " seed=" + seed;
  }
}
