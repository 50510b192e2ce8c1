package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Type;
import dev.octune.kernels.target.Arch;
import java.util.Optional;

/**
 * A schedule of a tile kernel with its knobs read.
 *
 * @param icBlock input channels of a packed block, a multiple of {@link AmxTile#DOT}
 * @param ocTiles tiles of output channels; also the packed block
 * @param owTile columns of all tiles of positions together
 * @param ohTile rows of them; more than one where owTile is all columns
 * @param strip columns that are finished for one block of output channels before the next one
 * @param flat true where the taps of a row and their channels are one run
 * @param tapsOuter true where taps are walked outside of blocks of input channels
 * @param rowsOuter true where strips are walked outside of blocks of output channels
 */
record MatrixTiling(
    int icBlock,
    int ocTiles,
    int owTile,
    int ohTile,
    int strip,
    boolean flat,
    boolean tapsOuter,
    boolean rowsOuter) {

  /** How the positions of a block are dealt out to tiles. */
  PositionTiles positions(Contraction conv) {
    return PositionTiles.of(conv, ohTile, owTile);
  }

  /** Whether the columns are whole tiles, or all that there are. */
  boolean isEven(Contraction conv) {
    return owTile % Math.ceilDiv(owTile, AmxTile.ROWS) == 0 || owTile == conv.columns();
  }

  /** Input channels of one multiplication: the most that divide the block. */
  int depth() {
    int depth = Math.min(AmxTile.DEPTH, icBlock);
    while (icBlock % depth != 0) {
      depth -= AmxTile.DOT;
    }
    return depth;
  }

  int accumulators(PositionTiles positions) {
    return ocTiles * positions.count();
  }

  /** Tile registers alive at once: sums, the operands of the shorter side, one of the other. */
  int liveTiles(PositionTiles positions) {
    return accumulators(positions) + Math.min(ocTiles, positions.count()) + 1;
  }

  int ocBlock() {
    return ocTiles * AmxTile.LANES;
  }

  PackedLayout layout(Contraction conv) {
    return new PackedLayout(
        conv,
        Type.I8,
        ActForm.WHOLE,
        Type.I8,
        AmxTile.DOT,
        0,
        icBlock,
        ocBlock(),
        Border.PACKED,
        flat,
        false,
        Optional.empty(),
        Requantizer.of(conv.numerics().out(), AmxTile.LANES, Arch.X86_64));
  }
}
