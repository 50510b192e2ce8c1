package dev.octune.tuner.graph;

import java.util.List;
import java.util.OptionalInt;

/**
 * A step of the network.
 *
 * @param op the file format's operator name, such as CONV_2D
 * @param layer unique in its graph and the same on each read: the output's name, with the
 *     operator's index where that is missing or not unique
 * @param inputs indexes into the graph's tensors; empty where an optional input is left out
 * @param outputs indexes into the graph's tensors
 */
public record Operator(
    String op,
    String layer,
    List<OptionalInt> inputs,
    List<Integer> outputs,
    Attributes attributes) {
  public Operator {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * What the operator does, as far as tuning cares. Activations are NHWC, convolution weights OHWI,
   * depthwise weights 1HW(c·m), dense weights [n, k].
   */
  public sealed interface Attributes {}

  /** Inputs: activation, weights, optional bias. */
  public record Conv2d(Sliding sliding, Clamp clamp) implements Attributes {}

  /**
   * Inputs: activation, weights, optional bias. Output channel o reads input channel o / m.
   *
   * @param multiplier m as the file states it; 0 where it doesn't
   */
  public record DepthwiseConv2d(Sliding sliding, int multiplier, Clamp clamp)
      implements Attributes {}

  /** Inputs: activation [.., k], weights [n, k], optional bias. */
  public record Dense(Clamp clamp) implements Attributes {}

  /** Inputs: left [.., m, k], right [.., k, n]; a transposed side has its last two axes swapped. */
  public record BatchMatmul(boolean leftTransposed, boolean rightTransposed)
      implements Attributes {}

  /**
   * Each output code is a code of an input, or lies between two of them, where both are quantized
   * alike; the clamp comes after.
   *
   * @param dataInputs positions of the inputs that hold such codes; the rest say where to
   * @param addsZero true where the output may also hold the zero point, as padding does
   */
  public record KeepsCodes(List<Integer> dataInputs, boolean addsZero, Clamp clamp)
      implements Attributes {}

  /** Computes new codes of which only the clamp is known. */
  public record Computes(Clamp clamp) implements Attributes {}

  /** Holds multiply-adds that no workload describes, so it is missed work and must be told. */
  public record Untunable(String reason) implements Attributes {}

  /**
   * How a kernel moves over the positions.
   *
   * @param same true: padded so that the output has ceil(input / stride) positions, the odd one
   *     behind (TFLite's SAME); false: no padding
   */
  public record Sliding(boolean same, int strideH, int strideW, int dilationH, int dilationW) {}
}
