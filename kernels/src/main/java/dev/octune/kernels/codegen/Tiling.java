package dev.octune.kernels.codegen;

import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Window;
import java.util.Optional;

/**
 * A schedule of a direct kernel with its knobs read.
 *
 * @param icBlock input channels of a packed block
 * @param ocVectors vectors of output channels in the register tile; also the packed block
 * @param owTile columns of the register tile
 * @param ohTile rows of the register tile
 * @param strip columns that are finished for one block of output channels before the next one
 * @param unroll parts groups written out in the innermost body
 * @param rowTaps how the taps of a row are walked
 * @param tapsOuter true where taps are walked outside of blocks of input channels
 * @param rowsOuter true where strips are walked outside of blocks of output channels
 * @param passes in which a strip walks the reduction; between them its sums stand in the output
 * @param split how threads share it; empty where it is made for one, and more are cut at strips
 * @param listing how weights stand in lists, for kernels of particular ones
 */
record Tiling(
    Leaf leaf,
    int icBlock,
    int ocVectors,
    int owTile,
    int ohTile,
    int strip,
    int unroll,
    RowTaps rowTaps,
    boolean tapsOuter,
    boolean rowsOuter,
    Border border,
    int passes,
    Optional<Split> split,
    Optional<Listing> listing) {
  /** One thread may wait so much longer for another, where a split evens out nothing. */
  private static final double MAX_IMBALANCE = 1.1;

  /** A tiling that walks all weights in their order. */
  Tiling(
      Leaf leaf,
      int icBlock,
      int ocVectors,
      int owTile,
      int ohTile,
      int strip,
      int unroll,
      RowTaps rowTaps,
      boolean tapsOuter,
      boolean rowsOuter,
      Border border,
      int passes,
      Optional<Split> split) {
    this(
        leaf,
        icBlock,
        ocVectors,
        owTile,
        ohTile,
        strip,
        unroll,
        rowTaps,
        tapsOuter,
        rowsOuter,
        border,
        passes,
        split,
        Optional.empty());
  }

  /** The same with weights in lists. */
  Tiling with(Listing lists) {
    return new Tiling(
        leaf,
        icBlock,
        ocVectors,
        owTile,
        ohTile,
        strip,
        unroll,
        rowTaps,
        tapsOuter,
        rowsOuter,
        border,
        passes,
        split,
        Optional.of(lists));
  }

  int ocBlock() {
    return ocVectors * leaf.lanes();
  }

  /** Accumulators of the register tile. */
  int accumulators() {
    return ocVectors * positions();
  }

  /** Positions of the register tile that have sums of their own. */
  int positions() {
    return owTile * ohTile / leaf.outputsOfSum();
  }

  /** Vector registers that the innermost body keeps alive. */
  int liveRegisters() {
    return leaf.liveRegisters(positions(), ocVectors);
  }

  /** multiplyAdds written out in the innermost body, each part counted. */
  int bodyOperations(int kw) {
    return accumulators() * leaf.depth() * unroll * tapsWritten(kw);
  }

  /** Taps of a row that the innermost body holds. */
  int tapsWritten(int kw) {
    return rowTaps == RowTaps.UNROLLED ? kw : 1;
  }

  /** Turns of the loop over a row's taps. */
  int tapTurns(int kw) {
    return rowTaps == RowTaps.LOOP ? kw : 1;
  }

  /** Row tiles times strips. */
  long places(Contraction conv) {
    return (long) Math.ceilDiv(conv.rows(), ohTile) * Math.ceilDiv(conv.columns(), strip);
  }

  long ocBlocks(Contraction conv) {
    return Math.ceilDiv(conv.oc(), ocBlock());
  }

  /** How much longer the thread with the most tiles works than the mean. */
  double imbalance(Contraction conv, int threads) {
    long pieces =
        switch (split.orElse(Split.BOTH)) {
          case BOTH -> conv.batches() * ocBlocks(conv) * places(conv) * sharedTiles();
          case ROWS -> places(conv);
          case CHANNELS -> ocBlocks(conv);
        };
    return (double) Math.ceilDiv(pieces, threads) * threads / pieces;
  }

  /**
   * Whether threads share it as no other split does: a split by the outer loop is {@link
   * Split#BOTH}, less evenly.
   */
  boolean isSplitWorthwhile(Contraction conv, int threads) {
    return switch (split.orElse(Split.BOTH)) {
      case BOTH -> true;
      case ROWS -> !rowsOuter && ocBlocks(conv) > 1 && imbalance(conv, threads) <= MAX_IMBALANCE;
      case CHANNELS -> rowsOuter && places(conv) > 1 && imbalance(conv, threads) <= MAX_IMBALANCE;
    };
  }

  /** Tiles of a strip that threads may share; one where a strip is nobody else's. */
  int sharedTiles() {
    boolean cut = split.filter(Split.BOTH::equals).isPresent() && border != Border.TAPS_SKIPPED;
    return cut ? tiles() : 1;
  }

  PackedLayout layout(Contraction conv) {
    return new PackedLayout(
        conv,
        leaf.actElement(),
        leaf.actForm(),
        leaf.wgtElement(),
        leaf.dot(),
        actOffset(conv.numerics()),
        icBlock,
        ocBlock(),
        border,
        rowTaps == RowTaps.FLAT,
        leaf instanceof WinogradLeaf,
        listing,
        Requantizer.of(conv.numerics().out(), leaf.lanes(), leaf.isa().arch()));
  }

  /** Register tiles of a strip. */
  int tiles() {
    return Math.ceilDiv(strip, owTile);
  }

  /** Where the columns of a tile begin: the last one is moved back where it would end behind. */
  int columnOf(int tile) {
    return Math.min(tile * owTile, strip - owTile);
  }

  /**
   * The tiles of a strip whose taps are all inside the input, from one up to another: they may be a
   * loop where taps are skipped.
   */
  Interior interior(Window window) {
    int from = 0;
    while (from < tiles() && !isInterior(window, from)) {
      from++;
    }
    int to = from;
    while (to < tiles() && isInterior(window, to)) {
      to++;
    }
    return new Interior(from, to);
  }

  /** Indices of tiles. */
  record Interior(int from, int to) {}

  private boolean isInterior(Window window, int tile) {
    int first = columnOf(tile) * window.strideW() - window.pad().left();
    int last =
        (columnOf(tile) + owTile - 1) * window.strideW()
            - window.pad().left()
            + (window.kw() - 1) * window.dilationW();
    return first >= 0 && last < window.iw();
  }

  /** Register tiles of a strip that have code of their own. */
  int tilesWritten(Window window) {
    if (border != Border.TAPS_SKIPPED) {
      return 1;
    }
    Interior interior = interior(window);
    int looped = interior.to() - interior.from();
    return tiles() - looped + Math.min(looped, 1);
  }

  /** Positions may be skipped where what stands outside is stored as zero. */
  boolean borderIsExact(Numerics numerics) {
    return border == Border.PACKED || actOffset(numerics) == numerics.azp();
  }

  /** int16 holds an activation less any zero point, so there outside can always be zero. */
  private int actOffset(Numerics numerics) {
    boolean free = leaf.actElement().bits() > Byte.SIZE;
    return free && border != Border.PACKED ? numerics.azp() : leaf.actOffset();
  }
}
