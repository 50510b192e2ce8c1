package dev.octune.kernels.workload;

/**
 * What leaves the kernel. How sums become codes is said in docs/adr/0013-requantized-outputs.md.
 */
public enum Output {
  /** Raw s32 Σ act·wgt, modulo 2^32. */
  S32("s32", Integer.BYTES, Integer.MIN_VALUE, Integer.MAX_VALUE),
  /** Requantized to u8, gemmlowp double rounding. */
  U8_DOUBLE("u8 round=double", 1, 0, 255),
  /** Requantized to u8, single rounding. */
  U8_SINGLE("u8 round=single", 1, 0, 255),
  /** Requantized to s8, gemmlowp double rounding. */
  S8_DOUBLE("s8 round=double", 1, -128, 127),
  /** Requantized to s8, single rounding. */
  S8_SINGLE("s8 round=single", 1, -128, 127);

  private final String text;
  private final int bytes;
  private final int min;
  private final int max;

  Output(String text, int bytes, int min, int max) {
    this.text = text;
    this.bytes = bytes;
    this.min = min;
    this.max = max;
  }

  /** The fields of the canonical text behind `out=`. */
  public String text() {
    return text;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Smallest value of its type. */
  public int min() {
    return min;
  }

  /** Largest value of its type. */
  public int max() {
    return max;
  }

  /** True where sums are scaled, rounded and clamped to a byte. */
  public boolean isRequantized() {
    return this != S32;
  }

  /** True where the scaled sum is rounded once, false where twice; of no meaning for s32. */
  public boolean roundsOnce() {
    return this == U8_SINGLE || this == S8_SINGLE;
  }
}
