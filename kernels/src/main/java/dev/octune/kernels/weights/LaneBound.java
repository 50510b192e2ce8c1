package dev.octune.kernels.weights;

import dev.octune.kernels.workload.ActRange;

/**
 * What the weights of one int16 lane may sum to so that no activations make it saturate or wrap:
 * positive ones to at most {@code positive}, negative ones to at least −{@code negative}.
 *
 * <p><b>Proof.</b> Let the lane sum products a·w of activations a in [0, A], in any order, by
 * saturating or wrapping additions. Each product lies between 0 and A·w, so every partial sum lies
 * between A · Σ negative weights and A · Σ positive weights. Where Σ positive ≤ ⌊32767 / A⌋ and −Σ
 * negative ≤ ⌊32768 / A⌋ none leaves [−32768, 32767], so nothing saturates or wraps. Both ends are
 * sharp: activations A where weights are positive and 0 elsewhere reach the sum.
 *
 * <p>A = 255 gives 128 and 128: the pairs (127, 1) and (−128, 0) are safe with sums of 32640 and
 * −32640; (127, 2) with 32895 and (−128, −1) with −32895 are not. A = 127 gives 258 and 258, which
 * no pair exceeds.
 */
public record LaneBound(int positive, int negative) {
  public static LaneBound of(ActRange act) {
    return new LaneBound(Short.MAX_VALUE / act.max(), -Short.MIN_VALUE / act.max());
  }

  /** The larger of the two. */
  public int largest() {
    return Math.max(positive, negative);
  }

  /** Whether two weights that meet in a lane keep it. */
  public boolean holds(int a, int b) {
    return Math.max(a, 0) + Math.max(b, 0) <= positive
        && Math.min(a, 0) + Math.min(b, 0) >= -negative;
  }
}
