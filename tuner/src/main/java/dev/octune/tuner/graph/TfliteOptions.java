package dev.octune.tuner.graph;

import dev.octune.tuner.graph.Operator.Attributes;
import dev.octune.tuner.graph.Operator.BatchMatmul;
import dev.octune.tuner.graph.Operator.Computes;
import dev.octune.tuner.graph.Operator.Conv2d;
import dev.octune.tuner.graph.Operator.Dense;
import dev.octune.tuner.graph.Operator.DepthwiseConv2d;
import dev.octune.tuner.graph.Operator.KeepsCodes;
import dev.octune.tuner.graph.Operator.Sliding;
import dev.octune.tuner.graph.Operator.Untunable;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What a TFLite operator does: its code and its options table as {@link Operator.Attributes}. */
final class TfliteOptions {
  static final int CUSTOM = 32;

  private static final List<Integer> FIRST = List.of(0);

  private TfliteOptions() {}

  /**
   * @param code enum BuiltinOperator of the schema
   */
  static Attributes read(int code, FlatTable operator, int inputCount) {
    return switch (code) {
      case 3 -> // CONV_2D, Conv2DOptions
          options(operator, 1).map(TfliteOptions::conv).orElseGet(TfliteOptions::noOptions);
      case 4 -> // DEPTHWISE_CONV_2D, DepthwiseConv2DOptions
          options(operator, 2).map(TfliteOptions::depthwise).orElseGet(TfliteOptions::noOptions);
      case 9 -> // FULLY_CONNECTED, FullyConnectedOptions
          dense(operator);
      case 126 -> { // BATCH_MATMUL, BatchMatMulOptions
        Optional<FlatTable> options = options(operator, 101);
        yield new BatchMatmul(
            options.map(o -> o.bool(0, "adj_x")).orElse(false),
            options.map(o -> o.bool(1, "adj_y")).orElse(false));
      }
      case 1, 17 -> // AVERAGE_POOL_2D, MAX_POOL_2D: Pool2DOptions
          keeps(FIRST, clamp(operator, 5, 5));
      case 2 -> // CONCATENATION, ConcatenationOptions
          keeps(all(inputCount), clamp(operator, 10, 1));
      // PACK, MAXIMUM, MINIMUM
      case 83, 55, 57 -> keeps(all(inputCount), Clamp.NONE);
      // DEPTH_TO_SPACE, RESHAPE, SPACE_TO_DEPTH, GATHER, BATCH_TO_SPACE_ND, TRANSPOSE, SQUEEZE,
      // STRIDED_SLICE, SLICE, TILE, EXPAND_DIMS, REDUCE_MAX, UNPACK, REDUCE_MIN,
      // RESIZE_NEAREST_NEIGHBOR, MIRROR_PAD, SPLIT_V, REVERSE_V2, GATHER_ND, QUANTIZE,
      // BROADCAST_TO
      case 5,
          22,
          26,
          36,
          37,
          39,
          43,
          45,
          65,
          69,
          70,
          82,
          88,
          89,
          97,
          100,
          102,
          105,
          107,
          114,
          130 ->
          keeps(FIRST, Clamp.NONE);
      case 49 -> // SPLIT: the axis comes first
          keeps(List.of(1), Clamp.NONE);
      case 34, 38 -> // PAD, SPACE_TO_BATCH_ND
          new KeepsCodes(FIRST, true, Clamp.NONE);
      case 60 -> // PADV2: data, paddings, the value
          keeps(List.of(0, 2), Clamp.NONE);
      case 0 -> new Computes(clamp(operator, 11, 0)); // ADD
      case 18 -> new Computes(clamp(operator, 21, 0)); // MUL
      case 41 -> new Computes(clamp(operator, 28, 0)); // SUB
      case 42 -> new Computes(clamp(operator, 29, 0)); // DIV
      case 19 -> new Computes(Clamp.RELU);
      case 20 -> new Computes(Clamp.RELU_N1_TO_1);
      case 21 -> new Computes(Clamp.RELU6);
      case 152 -> new Computes(Clamp.RELU_0_TO_1);
      case 67, 141 -> // TRANSPOSE_CONV, CONV_3D_TRANSPOSE
          new Untunable("transposed convolution: no workload describes it");
      case 132 -> // CONV_3D
          new Untunable("convolution over three axes: no workload describes it");
      case 171, 197 -> // STABLEHLO_CONVOLUTION, STABLEHLO_DOT_GENERAL
          new Untunable("StableHLO operators aren't imported, TFLite itself doesn't run this one");
      case 27 -> // SVDF
          new Untunable("filter over time with state between inferences: no workload describes it");
      case 16, 24, 35, 44, 46, 52 -> // LSTM and RNN, sequences of them
          new Untunable(
              "recurrent layer, its matrix products aren't operators of their own in the file");
      case CUSTOM -> new Untunable("custom operator: the file doesn't say what it computes");
      case 51 -> // DELEGATE
          new Untunable("delegated part: the file doesn't say what it computes");
      default -> new Computes(Clamp.NONE);
    };
  }

  private static Attributes conv(FlatTable options) {
    return sliding(options, 4)
        .<Attributes>map(sliding -> new Conv2d(sliding, clamp(options, 3)))
        .orElseGet(() -> unknownPadding(options));
  }

  private static Attributes depthwise(FlatTable options) {
    return sliding(options, 5)
        .<Attributes>map(
            sliding ->
                new DepthwiseConv2d(
                    sliding, options.s32(3, "depth_multiplier", 0), clamp(options, 4)))
        .orElseGet(() -> unknownPadding(options));
  }

  private static Attributes dense(FlatTable operator) {
    Optional<FlatTable> options = options(operator, 8);
    int format = options.map(o -> o.s8(1, "weights_format", 0)).orElse(0);
    return format == 0
        ? new Dense(clamp(operator, 8, 0))
        : new Untunable("its weights are stored shuffled (weights_format %d)".formatted(format));
  }

  private static Optional<Sliding> sliding(FlatTable options, int dilationField) {
    int padding = options.s8(0, "padding", 0);
    if (padding != 0 && padding != 1) {
      return Optional.empty();
    }
    return Optional.of(
        new Sliding(
            padding == 0,
            options.s32(2, "stride_h", 0),
            options.s32(1, "stride_w", 0),
            options.s32(dilationField + 1, "dilation_h_factor", 1),
            options.s32(dilationField, "dilation_w_factor", 1)));
  }

  private static Untunable unknownPadding(FlatTable options) {
    return new Untunable(
        "padding %d is none of SAME (0) and VALID (1)".formatted(options.s8(0, "padding", 0)));
  }

  private static Attributes noOptions() {
    return new Untunable("its options are missing, so strides and padding aren't known");
  }

  private static KeepsCodes keeps(List<Integer> dataInputs, Clamp clamp) {
    return new KeepsCodes(dataInputs, false, clamp);
  }

  private static List<Integer> all(int inputCount) {
    return IntStream.range(0, inputCount).boxed().toList();
  }

  /** The options table where it is of the union member that belongs to the operator. */
  private static Optional<FlatTable> options(FlatTable operator, int unionMember) {
    return operator.u8(3, "builtin_options_type", 0) == unionMember
        ? operator.table(4, "builtin_options")
        : Optional.empty();
  }

  private static Clamp clamp(FlatTable operator, int unionMember, int field) {
    return options(operator, unionMember).map(o -> clamp(o, field)).orElse(Clamp.NONE);
  }

  /** Enum ActivationFunctionType of the schema. */
  private static Clamp clamp(FlatTable options, int field) {
    int function = options.s8(field, "fused_activation_function", 0);
    return switch (function) {
      case 0 -> Clamp.NONE;
      case 1 -> Clamp.RELU;
      case 2 -> Clamp.RELU_N1_TO_1;
      case 3 -> Clamp.RELU6;
      default -> Clamp.unbounded("ACTIVATION_" + function);
    };
  }
}
