package dev.octune.kernels.codegen;

/** How the taps of a kernel row are walked. */
enum RowTaps {
  /** A loop over them. */
  LOOP("loop"),
  /** Written out one after another. */
  UNROLLED("unrolled"),
  /**
   * As one run: all channels of a column stand side by side and the columns too, so that taps ×
   * channels of a row are so many neighbours. Layers of few channels then pad the run and not every
   * tap.
   */
  FLAT("flat");

  private final String text;

  RowTaps(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
