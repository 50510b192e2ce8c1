package dev.octune.tuner.load;

import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Workload;

/** A layer that is like another one and was not measured. */
final class OtherShape {
  private OtherShape() {}

  /** The same with one channel more: made-up keys have multiples of 8. */
  static Workload of(Workload workload) {
    return switch (workload) {
      case Conv2d x -> new Conv2d(x.n(), x.ic() + 1, x.oc(), x.window(), x.groups(), x.numerics());
      case DepthwiseConv2d x ->
          new DepthwiseConv2d(x.n(), x.c() + 1, x.m(), x.window(), x.numerics());
      case Dense x -> new Dense(x.m(), x.k() + 1, x.n(), x.numerics());
      case BatchMatmul x -> new BatchMatmul(x.b(), x.m(), x.k() + 1, x.n(), x.numerics());
    };
  }
}
