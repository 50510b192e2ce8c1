package dev.octune.kernels.codegen;

import dev.octune.kernels.workload.ActRange;

/**
 * How a chunk of weights meets its activations: a chunk is four input channels of one tap, for a
 * block of output channels. pmaddubsw sums two products of u8 and s8 in an int16 <em>with
 * saturation</em>; which sums can't reach its ends is known as soon as the weights are.
 *
 * <p><b>The bound.</b> Let an int16 lane sum products a·w of activations a in [0, A] with any
 * number of weights, added in any order by saturating or wrapping additions. Every partial sum lies
 * between A · Σ negative weights and A · Σ positive weights, for each product is between 0 and A·w.
 * So where Σ positive ≤ ⌊32767 / A⌋ and −Σ negative ≤ ⌊32768 / A⌋ no partial sum leaves [−32768,
 * 32767], nothing saturates or wraps, and the lane is exact. Both ends are sharp: activations A
 * where weights are positive and 0 elsewhere reach them. A = 255 gives 128 and 128: the pair (−128,
 * −128) sums to −65280 and is unsafe, (127, 1) to 32640 and (−127, −1) to −32640 are safe, (127, 2)
 * to 32895 is not. A = 127 gives 258 and 258.
 *
 * <p>pmaddwd with ones then sums two such lanes in s32, where additions wrap as the answer may.
 */
enum ListClass {
  /**
   * Two chunks, of any channels and taps: two pmaddubsw, one addition of int16, one pmaddwd. Exact
   * where the bound holds over the four weights that meet in each int16 lane.
   */
  D8(2, 64),
  /** One chunk: pmaddubsw, pmaddwd. Exact where the bound holds for each pair. */
  P4(1, 32),
  /** As I4 for the first vector of output channels and P4 for the second; blocks of two vectors. */
  H0(1, 48),
  /** As P4 for the first vector of output channels and I4 for the second; blocks of two vectors. */
  H1(1, 48),
  /**
   * Any chunk: activations are widened to int16 as they are, channels 0 and 2 by a mask, 1 and 3 by
   * a shift, and meet int16 weights in two pmaddwd. Always exact: 2 · 255 · 128 fits s32.
   */
  I4(1, 64);

  private final int chunks;
  private final int vectorBytes;

  ListClass(int chunks, int vectorBytes) {
    this.chunks = chunks;
    this.vectorBytes = vectorBytes;
  }

  /** Chunks of an entry. */
  int chunks() {
    return chunks;
  }

  /** Weight bytes of an entry for each vector of eight output channels, on average. */
  int vectorBytes() {
    return vectorBytes;
  }

  /** What positive weights of one int16 lane may sum to. */
  static int mostPositive(ActRange act) {
    return Short.MAX_VALUE / act.max();
  }

  /** What negative weights of one int16 lane may sum to, without the sign. */
  static int mostNegative(ActRange act) {
    return -Short.MIN_VALUE / act.max();
  }
}
