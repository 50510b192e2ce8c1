package dev.octune.kernels.reference;

import dev.octune.kernels.workload.Output;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What turns the raw sums of a workload into codes. For output channel o with raw sum x:
 *
 * <pre>
 * y   = x − azp · Σ (wgt − wzp) + bias[o]                   the weights that meet in this output
 * z   = y · multiplier[o] · 2^(shift[o] − 31) + outZero     rounded as out= says
 * out = min(max(z, lo), hi)                                 lo, hi no further than the type's ends
 * </pre>
 *
 * modulo 2^32 throughout. Positions outside the input already read as the workload's azp, so the
 * correction is one constant per channel at the borders too.
 *
 * @param bias s32 per output channel
 * @param multiplier Q31 per output channel, not negative; [2^30, 2^31) or 0 from quantizers
 * @param shift per output channel, in [−31, 30], positive to the left
 * @param azp the activation's zero point
 * @param outZero the output's zero point
 * @param lo least code of a fused activation
 * @param hi largest code of a fused activation
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one; made, packed and dropped
public record Requantization(
    int[] bias, int[] multiplier, int[] shift, int azp, int outZero, int lo, int hi) {
  public Requantization {
    bias = bias.clone();
    multiplier = multiplier.clone();
    shift = shift.clone();
    if (multiplier.length != bias.length || shift.length != bias.length) {
      throw new IllegalArgumentException(
          "%d biases, %d multipliers and %d shifts, must be one of each per output channel"
              .formatted(bias.length, multiplier.length, shift.length));
    }
    for (int o = 0; o < bias.length; o++) {
      if (multiplier[o] < 0 || shift[o] < FixedPoint.MIN_SHIFT || shift[o] > FixedPoint.MAX_SHIFT) {
        throw new IllegalArgumentException(
            "channel %d has multiplier %d and shift %d, must be not negative and in [%d, %d]"
                .formatted(o, multiplier[o], shift[o], FixedPoint.MIN_SHIFT, FixedPoint.MAX_SHIFT));
      }
    }
  }

  /** The parameters in one row: azp, outZero, lo, hi, then all biases, multipliers and shifts. */
  public int[] table() {
    return IntStream.concat(
            IntStream.of(azp, outZero, lo, hi),
            Stream.of(bias, multiplier, shift).flatMapToInt(Arrays::stream))
        .toArray();
  }

  /** Output channels. */
  public int channels() {
    return bias.length;
  }

  /** The code of one output, by plain arithmetic. */
  int code(Output out, int channel, int sum, int weightSum) {
    int corrected = sum - azp * weightSum + bias[channel];
    int scaled =
        out.roundsOnce()
            ? FixedPoint.roundedOnce(corrected, multiplier[channel], shift[channel])
            : FixedPoint.roundedTwice(corrected, multiplier[channel], shift[channel]);
    int least = Math.max(lo, out.min());
    int largest = Math.min(hi, out.max());
    return Math.min(Math.max(scaled + outZero, least), largest);
  }
}
