package dev.octune.tuner.task;

import dev.octune.tuner.graph.ConstantData;

/**
 * Constant weights of a layer, on the way from the file's layout to the workload's plain one. Both
 * are three axes [outer, rows, columns]; TFLite's OHWI is [o, hw, i] and the plain OIHW [o, i, hw].
 *
 * @param swapped true where the plain layout has rows and columns the other way round
 * @param shifted true where s8 codes become u8 ones by +128
 */
record PlainWeights(
    ConstantData data, int outer, int rows, int columns, boolean swapped, boolean shifted) {
  PlainWeights {
    if ((long) outer * rows * columns != data.sizeBytes()) {
      throw new IllegalArgumentException(
          "%d·%d·%d weights in %d bytes".formatted(outer, rows, columns, data.sizeBytes()));
    }
  }

  byte[] bytes() {
    byte[] plain = new byte[data.sizeBytes()];
    int flip = shifted ? 0x80 : 0;
    int from = 0;
    for (int o = 0; o < outer; o++) {
      int block = o * rows * columns;
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          int to = block + (swapped ? column * rows + row : row * columns + column);
          plain[to] = (byte) (data.at(from++) ^ flip);
        }
      }
    }
    return plain;
  }
}
