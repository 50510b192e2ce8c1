package dev.octune.kernels.codegen;

import dev.octune.kernels.workload.Numerics;
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
    Optional<Listing> listing) {
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
      Border border) {
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
        Optional.of(lists));
  }

  int ocBlock() {
    return ocVectors * leaf.lanes();
  }

  /** Accumulators of the register tile. */
  int accumulators() {
    return ocVectors * owTile * ohTile;
  }

  /** Vector registers that the innermost body keeps alive. */
  int liveRegisters() {
    return leaf.liveRegisters(owTile * ohTile, ocVectors);
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
        listing,
        Requantizer.of(conv.numerics().out(), leaf.lanes(), leaf.isa().arch()));
  }

  /** Register tiles of a strip whose code is written out one by one. */
  int tilesWritten() {
    return border == Border.TAPS_SKIPPED ? Math.ceilDiv(strip, owTile) : 1;
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
