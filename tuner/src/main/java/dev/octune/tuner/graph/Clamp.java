package dev.octune.tuner.graph;

import java.util.OptionalDouble;

/**
 * Real bounds that an operator puts on its output, where it has them.
 *
 * @param text the file format's word for it
 */
public record Clamp(String text, OptionalDouble min, OptionalDouble max) {
  public static final Clamp NONE =
      new Clamp("NONE", OptionalDouble.empty(), OptionalDouble.empty());
  public static final Clamp RELU = new Clamp("RELU", OptionalDouble.of(0), OptionalDouble.empty());
  public static final Clamp RELU6 = bounds("RELU6", 0, 6);
  public static final Clamp RELU_N1_TO_1 = bounds("RELU_N1_TO_1", -1, 1);
  public static final Clamp RELU_0_TO_1 = bounds("RELU_0_TO_1", 0, 1);

  private static Clamp bounds(String text, double min, double max) {
    return new Clamp(text, OptionalDouble.of(min), OptionalDouble.of(max));
  }

  /** A fused function that promises no bounds. */
  static Clamp unbounded(String text) {
    return new Clamp(text, OptionalDouble.empty(), OptionalDouble.empty());
  }
}
