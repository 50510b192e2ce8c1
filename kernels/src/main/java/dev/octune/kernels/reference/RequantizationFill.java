package dev.octune.kernels.reference;

import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Output;
import dev.octune.kernels.workload.Workload;
import java.util.List;

/**
 * Makes a {@link Requantization} from a seed.
 *
 * <p>Most fills scale as a trained layer does: the sums' size follows from the reduction's length
 * and the ranges, so that codes spread over the output's range and few are clamped. {@link
 * Fill#MAX_MAX}, whose sums are known beforehand, chooses the bias so that what is scaled is a tie
 * of either sign, an end of s32 or anything between, with every shift and the ends of the
 * multiplier's range.
 *
 * <p>Number k of channel o is a function of (seed, o, k) alone: mix(seed + 3 · 0x9E3779B97F4A7C15 +
 * 8 · o + k), mix as in {@link Fill}; the scalars are those of channel −1.
 */
record RequantizationFill(Workload workload, Fill fill, long seed) {
  private static final int STREAM = 3;
  private static final int NUMBERS = 8;
  private static final int SCALARS = -1;

  /** Where the codes of most sums lie: their standard deviation in codes. */
  private static final double SPREAD_CODES = 48;

  private static final int HALF = 1 << 30;
  private static final List<Integer> MULTIPLIERS =
      List.of(HALF, HALF + 1, Integer.MAX_VALUE, Integer.MAX_VALUE - 1, 0x55555555, 0);
  private static final List<Integer> SHIFTS = List.of(-31, -30, -16, -1, 0, 1, 15, 29, 30);
  private static final List<Integer> ENDS =
      List.of(
          Integer.MIN_VALUE,
          Integer.MIN_VALUE + 1,
          -HALF,
          -1,
          0,
          1,
          HALF,
          Integer.MAX_VALUE - 1,
          Integer.MAX_VALUE);

  Requantization make() {
    Output out = workload.numerics().out();
    int channels = workload.outChannels();
    int[] bias = new int[channels];
    int[] multiplier = new int[channels];
    int[] shift = new int[channels];
    int azp = azp();
    double size = Math.max(1, sizeOfSums(azp));
    for (int o = 0; o < channels; o++) {
      Scale scale = fill == Fill.MAX_MAX ? corner(o, azp) : layerLike(o, size);
      bias[o] = scale.bias;
      multiplier[o] = scale.multiplier;
      shift[o] = scale.shift;
    }
    int span = out.max() - out.min();
    boolean narrow = below(SCALARS, 1, 2) == 0;
    return new Requantization(
        bias,
        multiplier,
        shift,
        azp,
        out.min() + span / 4 + below(SCALARS, 2, span / 2),
        narrow ? out.min() + below(SCALARS, 3, span / 8) : Integer.MIN_VALUE,
        narrow ? out.max() - below(SCALARS, 4, span / 8) : Integer.MAX_VALUE);
  }

  private record Scale(int bias, int multiplier, int shift) {}

  /** A real multiplier within 2^±1.5 of what brings the sums' size to {@link #SPREAD_CODES}. */
  private Scale layerLike(int o, double size) {
    double octaves = (below(o, 0, 3001) - 1500) / 1000.0;
    double real = SPREAD_CODES / size * Math.pow(2, octaves);
    // real = fraction · 2^shift with fraction in [1/2, 1)
    int shift = Math.getExponent(real) + 1;
    int fraction = (int) (real * Math.scalb(1.0, 31 - shift));
    int multiplier = fill == Fill.EXTREMES ? any(MULTIPLIERS, o, 1) : fraction;
    int reach = (int) Math.min(2 * size, HALF);
    return new Scale(
        below(o, 2, 2 * reach + 1) - reach,
        multiplier,
        Math.clamp(shift, FixedPoint.MIN_SHIFT, FixedPoint.MAX_SHIFT));
  }

  private Scale corner(int o, int azp) {
    return switch (below(o, 0, 4)) {
      case 0, 1 -> {
        // (2j + 1) · 2^s scaled by 1/2 · 2^−s is j + 1/2: a tie of the last rounding.
        int s = below(o, 1, 24);
        int target = (2 * (below(o, 2, 255) - 127) + 1) << s;
        yield new Scale(biasFor(target, azp), HALF, -s);
      }
      case 2 -> {
        int drop = below(o, 1, 32);
        int target = (int) random(o, 2) >> drop;
        int multiplier = HALF + (int) (random(o, 3) >>> 34);
        yield new Scale(biasFor(target, azp), multiplier, Math.max(-31, drop - 24));
      }
      default ->
          new Scale(biasFor(any(ENDS, o, 1), azp), any(MULTIPLIERS, o, 2), any(SHIFTS, o, 3));
    };
  }

  /** The bias that makes target of the sum over a window of largest activations and weights. */
  private int biasFor(int target, int azp) {
    Numerics numerics = workload.numerics();
    return target - (int) depth() * (numerics.act().max() - azp) * numerics.maxWeight();
  }

  /** Where the operator pads, what it pads with; else any. */
  private int azp() {
    boolean padded =
        switch (workload) {
          case Conv2d conv -> !conv.window().pad().isNone();
          case DepthwiseConv2d conv -> !conv.window().pad().isNone();
          default -> false;
        };
    return padded ? workload.numerics().azp() : below(SCALARS, 0, 256);
  }

  /** Root mean square of Σ (act − azp) · wgt over the fill's operands. */
  private double sizeOfSums(int azp) {
    Numerics numerics = workload.numerics();
    Moments act =
        moments(fill.actPattern(), numerics.act().min() - azp, numerics.act().max() - azp);
    Moments wgt = moments(fill.wgtPattern(), numerics.minWeight(), numerics.maxWeight());
    double mean = act.mean * wgt.mean;
    double variance = act.square * wgt.square - mean * mean;
    double depth = depth();
    double independent = Math.sqrt(depth * depth * mean * mean + depth * variance);
    return fill == Fill.ALTERNATING ? Math.max(independent, depth * inStep(azp)) : independent;
  }

  /** A product where both operands change at the same places, all ends the same way round. */
  private double inStep(int azp) {
    Numerics numerics = workload.numerics();
    double actMin = numerics.act().min() - azp;
    double actMax = numerics.act().max() - azp;
    double together = actMin * numerics.minWeight() + actMax * numerics.maxWeight();
    double against = actMin * numerics.maxWeight() + actMax * numerics.minWeight();
    return Math.max(Math.abs(together), Math.abs(against)) / 2;
  }

  private record Moments(double mean, double square) {}

  private static Moments moments(int pattern, int min, int max) {
    double middle = (min + max) / 2.0;
    double ends = ((double) min * min + (double) max * max) / 2;
    return switch (pattern) {
      case Fill.PATTERN_RANDOM -> {
        double width = max - min + 1.0;
        yield new Moments(middle, middle * middle + (width * width - 1) / 12);
      }
      case Fill.PATTERN_MIN -> new Moments(min, (double) min * min);
      case Fill.PATTERN_MAX -> new Moments(max, (double) max * max);
      default -> new Moments(middle, ends);
    };
  }

  /** Products that meet in one output. */
  private long depth() {
    return workload.macs() / workload.outElements();
  }

  private int any(List<Integer> values, int o, int k) {
    return values.get(below(o, k, values.size()));
  }

  private int below(int o, int k, int bound) {
    return (int) Math.floorMod(random(o, k), (long) bound);
  }

  private long random(int o, int k) {
    return Fill.random(seed, STREAM, (long) NUMBERS * o + k);
  }
}
