package dev.octune.workers.run;

import dev.octune.kernels.reference.Fill;
import dev.octune.kernels.reference.Reference;
import dev.octune.kernels.reference.Requantization;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.kernels.workload.Workload;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * A workload with operands made from a seed, and the oracle's answer to each fill: what a kernel is
 * checked against. Thread-safe; two problems are equal where workload and seed are.
 */
public final class Problem {
  /** Bias, multiplier and shift of an output channel; what else there is doesn't count. */
  private static final long TABLE_BYTES = 3L * Integer.BYTES;

  private final Workload workload;
  private final long seed;
  private final Optional<byte[]> weights;
  private final List<Answer> answers;

  /**
   * What a fill must come to.
   *
   * @param plain the plain output, little-endian
   * @param table the parameters of requantizing, as {@link Requantization#table} has them
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by no one
  private record Answer(byte[] plain, Optional<int[]> table) {}

  private Problem(Workload workload, long seed, Optional<byte[]> weights, List<Answer> answers) {
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
                    answer(
                        workload,
                        fill,
                        seed,
                        weights.orElseGet(() -> fill.weights(workload, seed))))
            .toList());
  }

  private static Answer answer(Workload workload, Fill fill, long seed, byte[] weights) {
    byte[] activations = fill.activations(workload, seed);
    if (workload.numerics().out().isRequantized()) {
      Requantization how = fill.requantization(workload, seed);
      return new Answer(
          Reference.codes(workload, activations, weights, how), Optional.of(how.table()));
    }
    return sums(Reference.output(workload, activations, weights));
  }

  private static Answer sums(int[] sums) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES * sums.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(sums);
    return new Answer(bytes.array(), Optional.empty());
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
    return new Problem(
        workload, seed, Optional.empty(), answers.stream().map(Problem::sums).toList());
  }

  public Workload workload() {
    return workload;
  }

  public long seed() {
    return seed;
  }

  /** The plain output of a fill, little-endian. */
  byte[] answer(Fill fill) {
    return answers.get(Fill.ALL.indexOf(fill)).plain;
  }

  /** The parameters of requantizing of a fill; empty where sums are the output. */
  Optional<int[]> table(Fill fill) {
    return answers.get(Fill.ALL.indexOf(fill)).table;
  }

  /** Bytes that operands and answers of a workload take in the runner. */
  public static long bytes(Workload workload) {
    return Fill.ALL.size()
        * (workload.actElements()
            + workload.wgtElements()
            + workload.outBytes()
            + TABLE_BYTES * workload.outChannels());
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
