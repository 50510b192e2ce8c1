package dev.octune.kernels.codegen;

import dev.octune.kernels.workload.Window;

/**
 * An estimate of a schedule's time, good enough to choose the default. Constants are core cycles,
 * fitted on a Zen 4 to 700 measured schedules of ten AVX2 layers; the five schedules estimated best
 * lay within 10 % of the best measured on nine of them. Only ratios matter.
 */
record DirectCost(Contraction conv, Tiling at) {
  private static final double BROADCAST = 0.11;
  private static final double WEIGHT_LOAD = 0.16;
  private static final double WIDENING = 0.09;
  private static final double LOOP = 0.25;

  /** Leaving and entering the innermost loop. */
  private static final double INNER_LOOP = 1.4;

  private static final double TILE = 7;
  private static final double STORE = 0.5;
  private static final double SPILL = 0.8;

  /** Bodies beyond {@link #SMALL_BODY} operations are scheduled badly by the compiler. */
  private static final double LARGE_BODY_FACTOR = 1.1;

  private static final int SMALL_BODY = 32;

  /** Weights of a block that stay in a first-level cache beside the activations. */
  private static final long RESIDENT_BYTES = 24 << 10;

  /** Each byte of weights that comes from a further cache. */
  private static final double STREAMED_BYTE = 0.01;

  /** Cycles of all tiles for one multiply-add of the workload. */
  double cyclesPerMac() {
    int groups = at.unroll() * (at.tapsUnrolled() ? conv.window().kw() : 1);
    double bodies = bodiesOfTile();
    double tile =
        bodies * (groups * groupCycles() + LOOP)
            + bodies / bodiesOfInnerLoop() * INNER_LOOP
            + TILE
            + STORE * at.accumulators();
    double tiles =
        (double) Math.ceilDiv(conv.columns(), at.strip())
            * Math.ceilDiv(at.strip(), at.owTile())
            * Math.ceilDiv(conv.rows(), at.ohTile())
            * Math.ceilDiv(conv.oc(), at.ocBlock());
    double macs = (double) conv.rows() * conv.columns() * conv.oc() * conv.ic() * conv.taps();
    return tile * tiles / macs;
  }

  /** One group of input channels: loads and multiplyAdds of the whole tile. */
  private double groupCycles() {
    Leaf leaf = at.leaf();
    boolean widened = leaf.wgtElement().bits() < leaf.actElement().bits();
    double operations = at.accumulators() * leaf.cycles();
    if (at.bodyOperations(conv.window().kw()) > SMALL_BODY) {
      operations *= LARGE_BODY_FACTOR;
    }
    double broadcasts = at.owTile() * at.ohTile() * leaf.depth() * BROADCAST;
    double loads = at.ocVectors() * leaf.depth() * (WEIGHT_LOAD + (widened ? WIDENING : 0));
    double spills = SPILL * Math.max(0, at.liveRegisters() - leaf.registers());
    return operations + broadcasts + loads + spills + streamed();
  }

  private double streamed() {
    PackedLayout layout = at.layout(conv);
    return layout.wgtOcBlockBytes() > RESIDENT_BYTES
        ? STREAMED_BYTE * at.leaf().depth() * layout.wgtPartBytes()
        : 0;
  }

  private double bodiesOfTile() {
    double icBlocks = Math.ceilDiv(conv.ic(), at.icBlock());
    double columns = at.tapsUnrolled() ? 1 : conv.window().kw();
    return icBlocks * bodiesOfInnerLoop() * columns * meanRows();
  }

  private double bodiesOfInnerLoop() {
    return (double) at.icBlock() / at.leaf().group() / at.unroll();
  }

  /** Tap rows that are walked, on average over the output rows. */
  private double meanRows() {
    Window w = conv.window();
    if (at.border() == Border.PACKED) {
      return w.kh();
    }
    long walked = 0;
    for (int y = 0; y < w.oh(); y++) {
      for (int tap = 0; tap < w.kh(); tap++) {
        int row = y * w.strideH() + tap * w.dilationH() - w.pad().top();
        walked += row >= 0 && row < w.ih() ? 1 : 0;
      }
    }
    return (double) walked / w.oh();
  }
}
