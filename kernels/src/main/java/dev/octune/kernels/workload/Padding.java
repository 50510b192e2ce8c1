package dev.octune.kernels.workload;

/** Rows and columns outside the input that are read as azp. Text: top,left,bottom,right. */
public record Padding(int top, int left, int bottom, int right) {
  public static final Padding NONE = new Padding(0, 0, 0, 0);

  public Padding {
    check(top);
    check(left);
    check(bottom);
    check(right);
  }

  public boolean isNone() {
    return equals(NONE);
  }

  String text() {
    return "%d,%d,%d,%d".formatted(top, left, bottom, right);
  }

  private static void check(int positions) {
    if (positions < 0 || positions > Window.MAX_EXTENT) {
      throw new IllegalArgumentException(
          "pad is %d, must be in [0, %d]".formatted(positions, Window.MAX_EXTENT));
    }
  }
}
