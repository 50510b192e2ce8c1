package dev.octune.db.match;

import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;
import java.util.Arrays;

/**
 * Where a workload and its target lie for choosing whose schedule to borrow. Distances are Σ |Δ
 * log2| over the extents that a schedule tiles and over threads, so that a doubling of one extent
 * counts 1 whatever its size, plus fixed steps for what changes the inner loop. Symmetric, 0 for
 * equal pairs; only points of one operator have a distance.
 */
final class ShapePoint {
  /** Other strides or dilation read activations in another pattern: worth two doublings. */
  private static final double STEP_PATTERN = 2;

  /** Another instruction set has other register tiles. */
  private static final double STEP_ISA = 2;

  /** Other value ranges or outputs mostly change the leaf, which legality checks anyway. */
  private static final double STEP_NUMERICS = 0.5;

  /** Another core of one instruction set differs in caches and latencies. */
  private static final double STEP_CPU = 0.25;

  private static final double LN_2 = Math.log(2);

  /** Absorbs rounding where a sum of differences is compared with a difference of sums. */
  private static final double SLACK = 1e-9;

  private final double[] logs;
  private final double height;
  private final int[] pattern;
  private final Numerics numerics;
  private final Target target;

  private ShapePoint(int[] extents, int[] pattern, Workload workload, Target target) {
    this.logs = new double[extents.length + 1];
    double sum = 0;
    for (int i = 0; i < logs.length; i++) {
      int extent = i < extents.length ? extents[i] : target.threads();
      logs[i] = Math.log(extent) / LN_2;
      sum += logs[i];
    }
    this.height = sum;
    this.pattern = pattern;
    this.numerics = workload.numerics();
    this.target = target;
  }

  static ShapePoint of(Workload workload, Target target) {
    return switch (workload) {
      case Conv2d x ->
          of(x, x.window(), target, x.n(), x.ic(), x.oc(), x.groups(), x.window().oh());
      case DepthwiseConv2d x -> of(x, x.window(), target, x.n(), x.c(), x.m(), x.window().oh());
      case Dense x -> new ShapePoint(new int[] {x.m(), x.k(), x.n()}, new int[0], workload, target);
      case BatchMatmul x ->
          new ShapePoint(new int[] {x.b(), x.m(), x.k(), x.n()}, new int[0], workload, target);
    };
  }

  /** Σ log2: no two points are nearer to each other than their heights. */
  double height() {
    return height;
  }

  /** True where points of this difference in height can't be as near as that. */
  static boolean isBeyond(double heights, double distance) {
    return Math.abs(heights) > distance + SLACK;
  }

  /** The distance to a point of the same operator. */
  double distance(ShapePoint other) {
    double sum = 0;
    for (int i = 0; i < logs.length; i++) {
      sum += Math.abs(logs[i] - other.logs[i]);
    }
    return sum
        + (Arrays.equals(pattern, other.pattern) ? 0 : STEP_PATTERN)
        + (numerics.act() == other.numerics.act() ? 0 : STEP_NUMERICS)
        + (numerics.wgt() == other.numerics.wgt() ? 0 : STEP_NUMERICS)
        + (numerics.out() == other.numerics.out() ? 0 : STEP_NUMERICS)
        + machines(target, other.target);
  }

  /** How far two machines lie apart, for one workload. */
  static double between(Target a, Target b) {
    return Math.abs(Math.log((double) a.threads() / b.threads())) / LN_2 + machines(a, b);
  }

  private static double machines(Target a, Target b) {
    return (a.isa() == b.isa() ? 0 : STEP_ISA) + (a.cpu().equals(b.cpu()) ? 0 : STEP_CPU);
  }

  private static ShapePoint of(Workload workload, Window w, Target target, int... extents) {
    int[] all = Arrays.copyOf(extents, extents.length + 3);
    all[extents.length] = w.ow();
    all[extents.length + 1] = w.kh();
    all[extents.length + 2] = w.kw();
    return new ShapePoint(
        all, new int[] {w.strideH(), w.strideW(), w.dilationH(), w.dilationW()}, workload, target);
  }
}
