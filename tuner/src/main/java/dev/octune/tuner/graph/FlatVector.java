package dev.octune.tuner.graph;

import java.util.Objects;

/**
 * A vector that lies inside its file.
 *
 * @param start position of element 0
 */
record FlatVector(FlatFile file, FlatPath path, int start, int count, int elementBytes) {
  int at(int index) {
    return start + Objects.checkIndex(index, count) * elementBytes;
  }

  int s32(int index) {
    return file.s32(at(index), path);
  }

  long s64(int index) {
    return file.s64(at(index), path);
  }

  float f32(int index) {
    return Float.intBitsToFloat(s32(index));
  }
}
