package dev.octune.workers.exact;

import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Weights that stand at the ends of what an int16 lane can sum: pairs and quadruples of one sign
 * that reach the bound exactly, and others that are one beyond it. Of neighbouring input channels
 * of one output channel and tap, two meet in a lane of one pmaddubsw, and whatever four two chunks
 * bring there in one of a pair of them. With all activations at their end (a fill of the oracle) a
 * lane of one sign reaches its sum, so that a bound that is wrong by one is seen.
 */
enum BoundaryWeights {
  /** Every pair sums to one of the two bounds: P4 everywhere, D8 nowhere but beside zeros. */
  PAIRS_AT_BOUND(1, 0),
  /** Every pair is one beyond a bound: nothing but int16 is exact. */
  PAIRS_BEYOND(1, 1),
  /** Every pair is half of a bound, so that any two chunks of one sign reach it together. */
  HALVES_AT_BOUND(2, 0),
  /** Every other pair is half of a bound and one more: two such are beyond. */
  HALVES_BEYOND(2, 1),
  /** One of the above, or nothing, for each chunk and output channel. */
  MIXED(0, 0),
  /** Any. */
  RANDOM(0, 0),
  /** All zero but a few: lists that are short or empty. */
  SPARSE(0, 0);

  private static final List<BoundaryWeights> SHARP =
      List.of(PAIRS_AT_BOUND, PAIRS_BEYOND, HALVES_AT_BOUND, HALVES_BEYOND);

  private final int lanesToBound;
  private final int beyond;

  BoundaryWeights(int lanesToBound, int beyond) {
    this.lanesToBound = lanesToBound;
    this.beyond = beyond;
  }

  /** Plain weights of a convolution or dense layer, [outputs, inputs, taps] of s8. */
  byte[] of(Workload workload, int inputs, int taps, SplittableRandom random) {
    int act = workload.numerics().act().max();
    byte[] plain = new byte[Math.toIntExact(workload.wgtElements())];
    int rows = plain.length / (inputs * taps);
    for (int row = 0; row < rows; row++) {
      // One sign for a whole row in half of the cases: then sums of all activations show it.
      int rowSign = random.nextInt(4);
      for (int tap = 0; tap < taps; tap++) {
        for (int input = 0; input < inputs; input += 2) {
          boolean negative = rowSign < 2 ? rowSign == 0 : random.nextBoolean();
          int[] pair = pair(act, negative, random);
          for (int k = 0; k < Math.min(2, inputs - input); k++) {
            int weight = Math.clamp(pair[k], minimum(workload), maximum(workload));
            plain[(row * inputs + input + k) * taps + tap] = (byte) weight;
          }
        }
      }
    }
    return plain;
  }

  private int[] pair(int act, boolean negative, SplittableRandom random) {
    return switch (this) {
      case PAIRS_AT_BOUND, PAIRS_BEYOND, HALVES_AT_BOUND ->
          split(act, negative, lanesToBound, beyond, random);
      case HALVES_BEYOND -> split(act, negative, lanesToBound, random.nextInt(2) * beyond, random);
      case MIXED -> {
        BoundaryWeights kind = SHARP.get(random.nextInt(SHARP.size()));
        yield random.nextInt(3) == 0 ? new int[2] : kind.pair(act, negative, random);
      }
      case RANDOM -> new int[] {random.nextInt(-128, 128), random.nextInt(-128, 128)};
      case SPARSE ->
          random.nextInt(12) == 0
              ? new int[] {random.nextInt(-128, 128), random.nextInt(-128, 128)}
              : new int[2];
    };
  }

  /** Two weights of one sign whose sum is the bound / lanes + beyond. */
  private static int[] split(
      int act, boolean negative, int lanes, int beyond, SplittableRandom random) {
    int most = negative ? 128 : 127;
    int bound = (negative ? -Short.MIN_VALUE : Short.MAX_VALUE) / act;
    // Activations up to 127 leave more room than two weights take.
    int sum = Math.min(bound / lanes + beyond, 2 * most);
    int first = random.nextInt(Math.max(0, sum - most), Math.min(most, sum) + 1);
    int sign = negative ? -1 : 1;
    return new int[] {sign * first, sign * (sum - first)};
  }

  private static int minimum(Workload workload) {
    return workload.numerics().wgt().min();
  }

  private static int maximum(Workload workload) {
    return workload.numerics().wgt().max();
  }
}
