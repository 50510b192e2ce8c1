package dev.octune.workers.run;

import dev.octune.kernels.reference.Fill;
import dev.octune.kernels.reference.Reference;
import dev.octune.kernels.workload.Workload;
import java.util.List;

/**
 * A workload with operands made from a seed, and the oracle's answer to each fill: what a kernel is
 * checked against. Thread-safe; two problems are equal where workload and seed are.
 */
public final class Problem {
  private final Workload workload;
  private final long seed;
  private final List<int[]> answers;

  private Problem(Workload workload, long seed, List<int[]> answers) {
    this.workload = workload;
    this.seed = seed;
    this.answers = answers;
  }

  /** Asks the oracle for every fill: about a nanosecond a multiply-add and fill. */
  public static Problem solve(Workload workload, long seed) {
    return new Problem(
        workload,
        seed,
        Fill.ALL.stream()
            .map(
                fill ->
                    Reference.output(
                        workload, fill.activations(workload, seed), fill.weights(workload, seed)))
            .toList());
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
