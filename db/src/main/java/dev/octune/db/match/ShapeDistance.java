package dev.octune.db.match;

import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;
import java.util.OptionalDouble;

/**
 * How far two workloads of one operator lie apart, for choosing whose schedule to borrow: Σ |log2
 * ratio| over the extents that a schedule tiles, so that a doubling of one extent counts 1 whatever
 * its size, plus fixed steps for what changes the inner loop. Symmetric, 0 for equal pairs.
 */
final class ShapeDistance {
  /** Other strides or dilation read activations in another pattern: worth two doublings. */
  private static final double STEP_PATTERN = 2;

  /** Another instruction set has other register tiles. */
  private static final double STEP_ISA = 2;

  /** Other value ranges or outputs mostly change the leaf, which legality checks anyway. */
  private static final double STEP_NUMERICS = 0.5;

  /** Another core of one instruction set differs in caches and latencies. */
  private static final double STEP_CPU = 0.25;

  private ShapeDistance() {}

  /** The distance, empty for different operators. */
  static OptionalDouble between(Workload a, Workload b) {
    return switch (a) {
      case Conv2d x when b instanceof Conv2d y -> OptionalDouble.of(conv(x, y));
      case DepthwiseConv2d x when b instanceof DepthwiseConv2d y ->
          OptionalDouble.of(depthwise(x, y));
      case Dense x when b instanceof Dense y ->
          OptionalDouble.of(
              ratio(x.m(), y.m()) + ratio(x.k(), y.k()) + ratio(x.n(), y.n()) + numerics(a, b));
      case BatchMatmul x when b instanceof BatchMatmul y ->
          OptionalDouble.of(
              ratio(x.b(), y.b())
                  + ratio(x.m(), y.m())
                  + ratio(x.k(), y.k())
                  + ratio(x.n(), y.n())
                  + numerics(a, b));
      case Conv2d _, DepthwiseConv2d _, Dense _, BatchMatmul _ -> OptionalDouble.empty();
    };
  }

  /** What another target adds to the distance of the shapes. */
  static double between(Target a, Target b) {
    return ratio(a.threads(), b.threads())
        + (a.isa() == b.isa() ? 0 : STEP_ISA)
        + (a.cpu().equals(b.cpu()) ? 0 : STEP_CPU);
  }

  private static double conv(Conv2d a, Conv2d b) {
    return ratio(a.n(), b.n())
        + ratio(a.ic(), b.ic())
        + ratio(a.oc(), b.oc())
        + ratio(a.groups(), b.groups())
        + window(a.window(), b.window())
        + numerics(a, b);
  }

  private static double depthwise(DepthwiseConv2d a, DepthwiseConv2d b) {
    return ratio(a.n(), b.n())
        + ratio(a.c(), b.c())
        + ratio(a.m(), b.m())
        + window(a.window(), b.window())
        + numerics(a, b);
  }

  private static double window(Window a, Window b) {
    boolean samePattern =
        a.strideH() == b.strideH()
            && a.strideW() == b.strideW()
            && a.dilationH() == b.dilationH()
            && a.dilationW() == b.dilationW();
    return ratio(a.oh(), b.oh())
        + ratio(a.ow(), b.ow())
        + ratio(a.kh(), b.kh())
        + ratio(a.kw(), b.kw())
        + (samePattern ? 0 : STEP_PATTERN);
  }

  private static double numerics(Workload a, Workload b) {
    Numerics x = a.numerics();
    Numerics y = b.numerics();
    return (x.act() == y.act() ? 0 : STEP_NUMERICS)
        + (x.wgt() == y.wgt() ? 0 : STEP_NUMERICS)
        + (x.out() == y.out() ? 0 : STEP_NUMERICS);
  }

  private static double ratio(int a, int b) {
    return Math.abs(Math.log((double) a / b)) / Math.log(2);
  }
}
