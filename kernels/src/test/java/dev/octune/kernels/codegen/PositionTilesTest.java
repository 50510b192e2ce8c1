package dev.octune.kernels.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.codegen.PositionTiles.At;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Workload;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PositionTilesTest {
  private static Contraction conv(int height, int width, int kernel, int strideH, int strideW) {
    return Contraction.of(
        (Conv2d)
            Workload.parse(
                ("conv2d_NCHWc_int8 n=1 ic=8 ih=%d iw=%d oc=16 kh=%d kw=%d stride=%d,%d"
                        + " pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32")
                    .formatted(height, width, kernel, kernel, strideH, strideW)));
  }

  @Test
  void tiles_anyBlock_coverEachOutputAndReadNothingBehindTheLastRow() {
    for (int width = 1; width <= 33; width++) {
      for (int stride = 1; stride <= 3; stride++) {
        Contraction conv = conv(12, width, 3, stride, stride);
        for (int rows = 1; rows <= conv.rows(); rows++) {
          cover(conv, rows);
        }
      }
    }
  }

  /** Rows of a pointwise convolution are one row already, longer than the window's. */
  @Test
  void tiles_ofAPointwiseConvolution_areAllOutputs() {
    Contraction conv =
        Contraction.of(
            (Conv2d)
                Workload.parse(
                    "conv2d_NCHWc_int8 n=1 ic=33 ih=7 iw=7 oc=10 kh=1 kw=1 stride=2,2 pad=0,0,0,0"
                        + " dilation=1,1 act=u8 wgt=s8 out=u8 round=double"));

    cover(conv, 1);
  }

  private static void cover(Contraction conv, int rows) {
    PositionTiles tiles = PositionTiles.of(conv, rows, conv.columns());
    Set<At> outputs = new HashSet<>();
    for (int tile = 0; tile < tiles.count(); tile++) {
      At start = tiles.starts().get(tile);
      int last = start.row() * tiles.pitch() + start.column() + tiles.size() - 1;
      assertTrue(last <= (rows - 1) * tiles.pitch() + conv.columns() - 1, tiles::toString);
      for (int i = 0; i < tiles.size(); i++) {
        tiles.output(tile, i).ifPresent(outputs::add);
      }
    }
    assertEquals(rows * conv.columns(), outputs.size(), tiles::toString);
    assertTrue(
        outputs.stream().allMatch(at -> at.row() < rows && at.column() < conv.columns()),
        tiles::toString);
    assertTrue(tiles.size() <= AmxTile.ROWS);
  }

  /** The rows of a 7×7 image with its border: 61 positions in a run, of which 49 are outputs. */
  @ParameterizedTest
  @CsvSource({
    "7, 7, 3, 1, 7, 4, false",
    "14, 14, 3, 1, 2, 2, true",
    "14, 14, 3, 2, 2, 2, true",
    "28, 28, 3, 1, 3, 6, true",
  })
  void tiles_joinRowsWhereThatTakesFewer(
      int height, int width, int kernel, int stride, int rows, int count, boolean inRows) {
    Contraction conv = conv(height, width, kernel, stride, stride);
    PositionTiles tiles = PositionTiles.of(conv, rows, conv.columns());

    assertEquals(count, tiles.count());
    boolean all = true;
    for (int tile = 0; tile < tiles.count(); tile++) {
      all &= tiles.isInRow(tile);
    }
    assertEquals(inRows, all);
  }
}
