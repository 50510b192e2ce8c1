package dev.octune.kernels.workload;

/** What leaves the kernel. */
public enum Output {
  /** Raw s32 Σ act·wgt, modulo 2^32. */
  S32("s32"),
  /** Requantized to u8, gemmlowp double rounding. */
  U8_DOUBLE("u8 round=double"),
  /** Requantized to u8, single rounding. */
  U8_SINGLE("u8 round=single"),
  /** Requantized to s8, gemmlowp double rounding. */
  S8_DOUBLE("s8 round=double"),
  /** Requantized to s8, single rounding. */
  S8_SINGLE("s8 round=single");

  private final String text;

  Output(String text) {
    this.text = text;
  }

  /** The fields of the canonical text behind `out=`. */
  public String text() {
    return text;
  }
}
