package dev.octune.tuner.graph;

import java.util.Objects;

/**
 * A run of bytes of the model file, row-major, little-endian, shared with the file rather than
 * copied. Immutable; equal only to itself.
 */
public final class ConstantData {
  private final byte[] file;
  private final int start;
  private final int sizeBytes;

  /** Views file[start, start + sizeBytes); nobody may write into the array afterwards. */
  ConstantData(byte[] file, int start, int sizeBytes) {
    this.file = file;
    this.start = Objects.checkFromIndexSize(start, sizeBytes, file.length);
    this.sizeBytes = sizeBytes;
  }

  public int sizeBytes() {
    return sizeBytes;
  }

  /** The byte at an index below {@link #sizeBytes}, as s8. */
  public byte at(int index) {
    return file[start + Objects.checkIndex(index, sizeBytes)];
  }
}
