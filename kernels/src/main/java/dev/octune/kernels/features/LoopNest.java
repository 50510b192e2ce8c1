package dev.octune.kernels.features;

import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;

/**
 * The loops that every operator has in common: out[batch, channel, row, column] sums over reduce
 * channels and taps. Pointwise convolutions are one row of all positions, as kernels walk them.
 *
 * @param batches images, groups or matrices, one after another
 * @param reduceChannels channels that meet in one output; 1 for depthwise convolution
 */
record LoopNest(
    int batches,
    int reduceChannels,
    int outChannels,
    int rows,
    int columns,
    int kh,
    int kw,
    int strideW) {

  static LoopNest of(Workload workload) {
    return switch (workload) {
      case Conv2d conv ->
          window(
              conv.n() * conv.groups(),
              conv.ic() / conv.groups(),
              conv.oc() / conv.groups(),
              conv.window());
      case DepthwiseConv2d conv -> window(conv.n(), 1, conv.oc(), conv.window());
      case Dense dense -> new LoopNest(1, dense.k(), dense.n(), 1, dense.m(), 1, 1, 1);
      case BatchMatmul product ->
          new LoopNest(product.b(), product.k(), product.n(), 1, product.m(), 1, 1, 1);
    };
  }

  private static LoopNest window(int batches, int reduceChannels, int outChannels, Window w) {
    return w.isPointwise()
        ? new LoopNest(batches, reduceChannels, outChannels, 1, w.oh() * w.ow(), 1, 1, 1)
        : new LoopNest(
            batches, reduceChannels, outChannels, w.oh(), w.ow(), w.kh(), w.kw(), w.strideW());
  }

  int taps() {
    return kh * kw;
  }
}
