package dev.octune.tuner.graph;

import java.util.Locale;

/** What one element of a tensor is. */
public enum ElementType {
  FLOAT32(32),
  FLOAT16(16),
  BFLOAT16(16),
  FLOAT64(64),
  INT2(2),
  INT4(4),
  UINT4(4),
  INT8(8),
  UINT8(8),
  INT16(16),
  UINT16(16),
  INT32(32),
  UINT32(32),
  INT64(64),
  UINT64(64),
  BOOL(8),
  COMPLEX64(64),
  COMPLEX128(128),
  /** Strings, resources, variants and types newer than this reader: no fixed width, no numbers. */
  OTHER(0);

  private final int bits;

  ElementType(int bits) {
    this.bits = bits;
  }

  /** Bits of one element; 0 where the width isn't fixed. */
  public int bits() {
    return bits;
  }

  /** True for the codes that int8 kernels work on. */
  public boolean isByteCode() {
    return this == INT8 || this == UINT8;
  }

  public boolean isFloat() {
    return this == FLOAT32 || this == FLOAT16 || this == BFLOAT16 || this == FLOAT64;
  }

  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
