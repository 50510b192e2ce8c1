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
 * @param strip columns that are finished for one block of output channels before the next one
 * @param flat true where the taps of a row and their channels are one run
 * @param tapsOuter true where taps are walked outside of blocks of input channels
 * @param rowsOuter true where strips are walked outside of blocks of output channels
 */
record MatrixTiling(
    int icBlock,
    int ocTiles,
    int owTile,
    int strip,
    boolean flat,
    boolean tapsOuter,
    boolean rowsOuter) {

  /** Tiles that the columns take, all of {@link #rows} positions. */
  int positionTiles() {
    return Math.ceilDiv(owTile, AmxTile.ROWS);
  }

  /** Positions of one tile. */
  int rows() {
    return owTile / positionTiles();
  }

  /** Whether the columns are whole tiles. */
  boolean isEven() {
    return owTile % positionTiles() == 0;
  }

  /** Input channels of one multiplication: the most that divide the block. */
  int depth() {
    int depth = Math.min(AmxTile.DEPTH, icBlock);
    while (icBlock % depth != 0) {
      depth -= AmxTile.DOT;
    }
    return depth;
  }

  int accumulators() {
    return ocTiles * positionTiles();
  }

  /** Tile registers alive at once: sums, the operands of the shorter side, one of the other. */
  int liveTiles() {
    return accumulators() + Math.min(ocTiles, positionTiles()) + 1;
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
        Optional.empty(),
        Requantizer.of(conv.numerics().out(), AmxTile.LANES, Arch.X86_64));
  }
}
