package dev.octune.kernels.codegen;

/** What happens at positions outside the input. */
enum Border {
  /** They stand in the packed activations with the value that they read as. */
  PACKED("packed"),
  /**
   * Rows outside are not walked at all; columns outside stand in the packed activations. Exact
   * where a position outside is stored as zero.
   */
  ROWS_SKIPPED("rows_skipped"),
  /**
   * Neither rows nor columns outside are walked, nor do they stand in the packed activations. Needs
   * taps that are written out and tiles whose place is known while they are written. Exact where
   * rows skipped are.
   */
  TAPS_SKIPPED("taps_skipped");

  private final String text;

  Border(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
