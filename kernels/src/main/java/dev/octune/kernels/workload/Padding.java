package dev.octune.kernels.workload;

/** Rows and columns outside the input that are read as azp. Text: top,left,bottom,right. */
public record Padding(int top, int left, int bottom, int right) {
  public static final Padding NONE = new Padding(0, 0, 0, 0);

  public Padding {
    if (top < 0 || left < 0 || bottom < 0 || right < 0) {
      throw new IllegalArgumentException(
          "pad is %d,%d,%d,%d, must not be negative".formatted(top, left, bottom, right));
    }
  }

  public boolean isNone() {
    return equals(NONE);
  }

  String text() {
    return "%d,%d,%d,%d".formatted(top, left, bottom, right);
  }
}
