package dev.octune.kernels.codegen;

import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Padding;
import dev.octune.kernels.workload.Window;

/**
 * Convolution, dense layer and batch matmul seen as one thing: batches of a convolution in which
 * every output channel meets every input channel. A dense layer is the 1×1 convolution of a row of
 * m positions; a batch matmul is one with its own weights for each batch; a group of a grouped
 * convolution is a batch as well.
 *
 * @param batches of activations and outputs
 * @param wgtBatches sets of weights; batch b uses set b mod wgtBatches
 * @param setChannels output channels of the workload from one set of weights to the next: a group
 *     has its own, the products of a batch share theirs
 * @param act where activation [batch, channel, y, x] stands in the plain buffer
 * @param wgt where weight [set, output channel, input channel, y, x] stands in the plain buffer
 * @param out where output [batch, channel, y, x] stands in the plain buffer
 */
record Contraction(
    int batches,
    int wgtBatches,
    int setChannels,
    int ic,
    int oc,
    Window window,
    ActStrides act,
    WgtStrides wgt,
    ActStrides out,
    Numerics numerics) {

  /** Elements from one index to the next. */
  record ActStrides(long batch, long channel, long y, long x) {}

  /** Elements from one index to the next. */
  record WgtStrides(long set, long oc, long ic, long y, long x) {}

  static Contraction of(Conv2d conv) {
    int ic = conv.ic() / conv.groups();
    int oc = conv.oc() / conv.groups();
    Window w = conv.window();
    long inPlane = (long) w.ih() * w.iw();
    long outPlane = (long) w.oh() * w.ow();
    long taps = (long) w.kh() * w.kw();
    // A 1×1 kernel with a stride reads a subset of the positions: packing takes just those.
    boolean subsampled = w.isPointwise();
    return new Contraction(
        conv.n() * conv.groups(),
        conv.groups(),
        oc,
        ic,
        oc,
        subsampled ? row(w.oh(), w.ow()) : w,
        new ActStrides(
            ic * inPlane,
            inPlane,
            (long) w.iw() * (subsampled ? w.strideH() : 1),
            subsampled ? w.strideW() : 1),
        new WgtStrides((long) oc * ic * taps, ic * taps, taps, w.kw(), 1),
        new ActStrides(oc * outPlane, outPlane, w.ow(), 1),
        conv.numerics());
  }

  static Contraction of(Dense dense) {
    return new Contraction(
        1,
        1,
        0,
        dense.k(),
        dense.n(),
        row(1, dense.m()),
        new ActStrides(0, 1, 0, dense.k()),
        new WgtStrides(0, dense.k(), 1, 0, 0),
        new ActStrides(0, 1, 0, dense.n()),
        dense.numerics());
  }

  static Contraction of(BatchMatmul product) {
    int m = product.m();
    int k = product.k();
    int n = product.n();
    return new Contraction(
        product.b(),
        product.b(),
        0,
        k,
        n,
        row(1, m),
        new ActStrides((long) m * k, 1, 0, k),
        new WgtStrides((long) k * n, 1, n, 0, 0),
        new ActStrides((long) m * n, 1, 0, n),
        product.numerics());
  }

  /** True where each output position reads one input position: rows may be joined to one. */
  boolean isPointwise() {
    return window.isPointwise();
  }

  /** Output rows as the kernel walks them: one where positions are joined. */
  int rows() {
    return isPointwise() ? 1 : window.oh();
  }

  /** Output columns as the kernel walks them. */
  int columns() {
    return isPointwise() ? window.oh() * window.ow() : window.ow();
  }

  int taps() {
    return window.kh() * window.kw();
  }

  private static Window row(int height, int width) {
    return new Window(height, width, 1, 1, 1, 1, Padding.NONE, 1, 1);
  }
}
