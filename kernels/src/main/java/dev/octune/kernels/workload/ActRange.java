package dev.octune.kernels.workload;

import java.util.Arrays;
import java.util.List;

/**
 * The class of activation values, as u8 codes. Inside Octune activations are always u8; a file's s8
 * activations are shifted by +128, their zero points with them.
 */
public enum ActRange {
  /** 0..255. */
  U8("u8", 0, 255),
  /** 0..127, proved by the producer's clamp. */
  U8_0_127("u8[0,127]", 0, 127);

  private final String text;
  private final int min;
  private final int max;

  ActRange(String text, int min, int max) {
    this.text = text;
    this.min = min;
    this.max = max;
  }

  public String text() {
    return text;
  }

  public int min() {
    return min;
  }

  public int max() {
    return max;
  }

  /** True where every value of the other class is one of this class. */
  public boolean contains(ActRange other) {
    return min <= other.min && other.max <= max;
  }

  /** The narrowest class that holds [min, max], u8 codes. */
  public static ActRange enclosing(int min, int max) {
    return min >= U8_0_127.min && max <= U8_0_127.max ? U8_0_127 : U8;
  }

  static List<String> texts() {
    return Arrays.stream(values()).map(ActRange::text).toList();
  }
}
