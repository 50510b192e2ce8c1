package dev.octune.kernels.workload;

import java.util.Arrays;
import java.util.List;

/** The class of weight values as they stand in the plain weight buffer. */
public enum WgtRange {
  S8("s8", -128, 127),
  S8_127("s8[-127,127]", -127, 127),
  S8_64("s8[-64,64]", -64, 64),
  S8_32("s8[-32,32]", -32, 32),
  /** Asymmetric: the product uses w − wzp, which fits s16. */
  U8("u8", 0, 255);

  private final String text;
  private final int min;
  private final int max;

  WgtRange(String text, int min, int max) {
    this.text = text;
    this.min = min;
    this.max = max;
  }

  public String text() {
    return text;
  }

  /** Smallest stored value: s8 for the s8 classes, u8 for {@link #U8}. */
  public int min() {
    return min;
  }

  public int max() {
    return max;
  }

  public boolean signed() {
    return this != U8;
  }

  /** True where every value of the other class is one of this class, with the same signedness. */
  public boolean contains(WgtRange other) {
    return signed() == other.signed() && min <= other.min && other.max <= max;
  }

  /** The narrowest s8 class that holds [min, max]. */
  public static WgtRange enclosing(int min, int max) {
    WgtRange narrowest = S8;
    for (WgtRange range : List.of(S8_127, S8_64, S8_32)) {
      if (range.min <= min && max <= range.max) {
        narrowest = range;
      }
    }
    return narrowest;
  }

  static List<String> texts() {
    return Arrays.stream(values()).map(WgtRange::text).toList();
  }
}
