package dev.octune.kernels.codegen;

import dev.octune.kernels.workload.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a block of output positions, some rows of some columns, is dealt out to tile registers. Each
 * tile takes {@code size} positions whose activations stand at one distance, so it lies within a
 * row; or, where a row fills tiles badly, on a run that goes on from row to row over the packed
 * columns between them, whose sums nobody keeps.
 *
 * @param size positions of each tile
 * @param starts the first position of each tile
 * @param columns output columns of a row of the block
 * @param pitch positions from the start of one row to that of the next one on a run
 */
record PositionTiles(int size, List<At> starts, int columns, int pitch) {
  /**
   * A position of the block.
   *
   * @param column less than columns where it is an output
   */
  record At(int row, int column) {}

  /** The fewest tiles for so many rows and columns of a contraction with packed borders. */
  static PositionTiles of(Contraction conv, int rows, int columns) {
    Window w = conv.window();
    int packedColumns = (w.ow() - 1) * w.strideW() + (w.kw() - 1) * w.dilationW() + 1;
    int rowStep = w.strideH() * packedColumns;
    if (rows == 1) {
      // Of a pointwise convolution it is longer than the window's rows.
      return inRows(1, columns, columns);
    }
    PositionTiles each = inRows(rows, columns, Math.ceilDiv(rowStep, w.strideW()));
    if (rowStep % w.strideW() != 0) {
      return each;
    }
    PositionTiles run = onRun(rows, columns, rowStep / w.strideW());
    return run.count() < each.count() ? run : each;
  }

  private static PositionTiles inRows(int rows, int columns, int pitch) {
    int size = Math.ceilDiv(columns, Math.ceilDiv(columns, AmxTile.ROWS));
    List<At> starts = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column += size) {
        starts.add(new At(row, Math.min(column, columns - size)));
      }
    }
    return new PositionTiles(size, starts, columns, pitch);
  }

  private static PositionTiles onRun(int rows, int columns, int pitch) {
    int length = (rows - 1) * pitch + columns;
    int size = Math.ceilDiv(length, Math.ceilDiv(length, AmxTile.ROWS));
    List<At> starts = new ArrayList<>();
    for (int place = 0; place < length; place += size) {
      int start = Math.min(place, length - size);
      starts.add(new At(start / pitch, start % pitch));
    }
    return new PositionTiles(size, starts, columns, pitch);
  }

  int count() {
    return starts.size();
  }

  /** Whether a tile lies within a row of outputs. */
  boolean isInRow(int tile) {
    return starts.get(tile).column() + size <= columns;
  }

  /** The output that a position of a tile is; empty where it lies between rows. */
  Optional<At> output(int tile, int position) {
    At start = starts.get(tile);
    int column = start.column() + position;
    At at = new At(start.row() + column / pitch, column % pitch);
    return at.column() < columns ? Optional.of(at) : Optional.empty();
  }
}
