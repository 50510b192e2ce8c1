package dev.octune.kernels.codegen;

import dev.octune.kernels.workload.Window;

/**
 * An estimate of a schedule's time, good enough to choose the default. Constants are core cycles,
 * fitted on a Zen 4 to 1 250 measured schedules of eleven AVX2 layers: of the measured schedules of
 * a layer, the one estimated best was within 9 % of the fastest on each. Only ratios matter.
 *
 * @param threads that share the units of work
 * @param rowsWalked tap rows inside the input, on average over the output rows
 * @param columnsWalked the share of a row's taps inside the input, over the output columns
 */
record DirectCost(Contraction conv, int threads, double rowsWalked, double columnsWalked) {
  private static final double BROADCAST = 0.17;
  private static final double WEIGHT_LOAD = 0.26;
  private static final double WIDENING = 0.06;
  private static final double LOOP = 0.19;

  /** Leaving and entering the innermost loop. */
  private static final double INNER_LOOP = 1.1;

  private static final double TILE = 5;
  private static final double STORE = 1.8;
  private static final double SPILL = 1.1;

  /**
   * Of Winograd's kernel, counted and not fitted: 64 loads, additions and stores of a vector of
   * inputs, 44 of one of outputs, some three a cycle.
   */
  private static final double TRANSFORMED_VECTOR = 24;

  private static final double FINISHED_SUM = 14;

  /** Between one of the ports' quarter and a load's half. */
  private static final double REQUANTIZING_OPERATION = 0.32;

  private static final int AVX2_LANES = 8;

  /** Bodies beyond {@link #SMALL_BODY} operations are scheduled badly by the compiler. */
  private static final double LARGE_BODY_FACTOR = 1.1;

  private static final int SMALL_BODY = 32;

  /** Weights of a block that stay in a first-level cache beside the activations. */
  static final long RESIDENT_BYTES = 24 << 10;

  /** Activations under the taps of a tile that stay there until the last tap read them. */
  private static final long REUSED_BYTES = 12 << 10;

  /** Each byte of an operand that comes from a further cache. */
  private static final double STREAMED_BYTE = 0.008;

  static DirectCost of(Contraction conv, int threads) {
    Window w = conv.window();
    return new DirectCost(
        conv,
        threads,
        inside(w.oh(), w.kh(), w.strideH(), w.dilationH(), w.pad().top(), w.ih()),
        inside(w.ow(), w.kw(), w.strideW(), w.dilationW(), w.pad().left(), w.iw()) / w.kw());
  }

  /** Cycles of all tiles for one multiply-add of the workload. */
  double cyclesPerMac(Tiling at) {
    if (at.leaf() instanceof WinogradLeaf winograd) {
      return transformedCyclesPerMac(at, winograd);
    }
    int groups = at.unroll() * at.tapsWritten(conv.window().kw());
    double bodies = bodiesOfTile(at);
    double tile =
        bodies * (groups * groupCycles(at) + LOOP)
            + bodies / bodiesOfInnerLoop(at) * INNER_LOOP
            + TILE * at.passes()
            + (STORE * (2 * at.passes() - 1) + requantizing(at)) * at.accumulators();
    double tiles =
        (double) Math.ceilDiv(conv.columns(), at.strip())
            * Math.ceilDiv(at.strip(), at.owTile())
            * Math.ceilDiv(conv.rows(), at.ohTile())
            * Math.ceilDiv(conv.oc(), at.ocBlock());
    double macs = (double) conv.rows() * conv.columns() * conv.oc() * conv.ic() * conv.taps();
    return tile * tiles / macs * at.imbalance(conv, threads);
  }

  /** The same of a kernel on transformed inputs. */
  private double transformedCyclesPerMac(Tiling at, WinogradLeaf leaf) {
    WinogradKernel kernel = new WinogradKernel(conv, at, threads);
    double groups = (double) at.icBlock() / leaf.group();
    double multiplied =
        WinogradLeaf.POINTS * (groups * (groupCycles(at) + LOOP) + INNER_LOOP)
            + (WinogradLeaf.POINTS * STORE + FINISHED_SUM) * at.accumulators()
            + WinogradLeaf.OUTPUTS * WinogradLeaf.OUTPUTS * requantizing(at) * at.accumulators();
    double transformed =
        at.positions()
            * Math.ceilDiv(at.icBlock(), 2 * leaf.lanes())
            * TRANSFORMED_VECTOR
            * kernel.transforms()
            / Math.ceilDiv(conv.oc(), at.ocBlock());
    double runs =
        (double) Math.ceilDiv(conv.rows(), WinogradLeaf.OUTPUTS)
            * Math.ceilDiv(Math.ceilDiv(conv.columns(), WinogradLeaf.OUTPUTS), at.positions())
            * Math.ceilDiv(conv.oc(), at.ocBlock());
    double macs = (double) conv.rows() * conv.columns() * conv.oc() * conv.ic() * conv.taps();
    return (multiplied + transformed) * runs / macs * kernel.imbalance();
  }

  /** Cycles that make codes of a vector of sums; none where they leave as they are. */
  private double requantizing(Tiling at) {
    double halfVectors = Math.max(1, at.leaf().lanes() / (double) AVX2_LANES);
    return at.layout(conv)
        .requantizer()
        .map(r -> REQUANTIZING_OPERATION * r.operations(1) * halfVectors)
        .orElse(0.0);
  }

  /** One group of input channels: loads and multiplyAdds of the whole tile. */
  private double groupCycles(Tiling at) {
    Leaf leaf = at.leaf();
    boolean widened = leaf.wgtElement().bits() < leaf.actElement().bits();
    double walked = at.border() == Border.TAPS_SKIPPED ? columnsWalked : 1;
    double operations = at.accumulators() * leaf.cycles() * walked;
    if (at.bodyOperations(conv.window().kw()) > SMALL_BODY) {
      operations *= LARGE_BODY_FACTOR;
    }
    double broadcasts =
        at.owTile() * at.ohTile() * leaf.depth() * leaf.actForm().planes() * BROADCAST * walked;
    double loads = at.ocVectors() * leaf.depth() * (WEIGHT_LOAD + (widened ? WIDENING : 0));
    double spills = SPILL * Math.max(0, at.liveRegisters() - leaf.registers());
    return operations + broadcasts + loads + spills + streamed(at);
  }

  private double streamed(Tiling at) {
    PackedLayout layout = at.layout(conv);
    Window w = conv.window();
    Leaf leaf = at.leaf();
    double bytes = 0;
    if (layout.wgtOcBlockBytes() / at.passes() > RESIDENT_BYTES) {
      bytes += leaf.depth() * layout.wgtPartBytes();
    }
    long channels = at.tapsOuter() ? layout.icBlocks() * (long) at.icBlock() : at.icBlock();
    long underTaps = (at.owTile() - 1L + w.kw()) * w.kh() * channels * layout.actElementBytes();
    if (conv.taps() > 1 && underTaps > REUSED_BYTES) {
      bytes += at.owTile() * at.ohTile() * leaf.depth() * leaf.actPartBytes();
    }
    return STREAMED_BYTE * bytes;
  }

  private double bodiesOfTile(Tiling at) {
    double icBlocks = at.layout(conv).icBlocks();
    double columns = at.tapTurns(conv.window().kw());
    double rows = at.border() == Border.PACKED ? conv.window().kh() : rowsWalked;
    return icBlocks * bodiesOfInnerLoop(at) * columns * rows;
  }

  private static double bodiesOfInnerLoop(Tiling at) {
    return (double) at.icBlock() / at.leaf().group() / at.unroll();
  }

  /** Taps that read inside the input, on average over the outputs of one dimension. */
  private static double inside(
      int outputs, int taps, int stride, int dilation, int before, int inputs) {
    long count = 0;
    for (int output = 0; output < outputs; output++) {
      for (int tap = 0; tap < taps; tap++) {
        int input = output * stride + tap * dilation - before;
        count += input >= 0 && input < inputs ? 1 : 0;
      }
    }
    return (double) count / outputs;
  }
}
