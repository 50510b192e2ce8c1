package dev.octune.tuner.task;

import dev.octune.tuner.graph.Clamp;
import dev.octune.tuner.graph.Contents;
import dev.octune.tuner.graph.ElementType;
import dev.octune.tuner.graph.Operator;
import dev.octune.tuner.graph.Operator.BatchMatmul;
import dev.octune.tuner.graph.Operator.Computes;
import dev.octune.tuner.graph.Operator.Conv2d;
import dev.octune.tuner.graph.Operator.Dense;
import dev.octune.tuner.graph.Operator.DepthwiseConv2d;
import dev.octune.tuner.graph.Operator.KeepsCodes;
import dev.octune.tuner.graph.Operator.Untunable;
import dev.octune.tuner.graph.Quantization;
import dev.octune.tuner.graph.QuantizedGraph;
import dev.octune.tuner.graph.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The codes that each tensor can be proved to hold. Proofs are: the type, the clamp fused into the
 * producer, and operators that keep codes. Graph inputs, variables and tensors with more than one
 * producer hold anything; so does a tensor that is read before its producer has run. The min and
 * max that a file may state are no proof: nothing enforces them.
 */
final class CodeRanges {
  private final QuantizedGraph graph;
  private final CodeRange[] ranges;

  CodeRanges(QuantizedGraph graph) {
    this.graph = graph;
    int count = graph.tensors().size();
    this.ranges = new CodeRange[count];
    Arrays.fill(ranges, CodeRange.FULL);
    int[] writers = new int[count];
    graph.inputs().forEach(input -> writers[input]++);
    for (Operator operator : graph.operators()) {
      operator.outputs().forEach(output -> writers[output]++);
    }
    for (Operator operator : graph.operators()) {
      for (int output : operator.outputs()) {
        if (writers[output] == 1
            && graph.tensors().get(output).contents() instanceof Contents.Computed) {
          ranges[output] = after(operator, graph.tensors().get(output));
        }
      }
    }
  }

  /** What the tensor of an index may hold; meaningful for 8-bit tensors only. */
  CodeRange at(int tensor) {
    return ranges[tensor];
  }

  private CodeRange after(Operator operator, Tensor output) {
    return switch (operator.attributes()) {
      case Conv2d conv -> clamped(conv.clamp(), output);
      case DepthwiseConv2d conv -> clamped(conv.clamp(), output);
      case Dense dense -> clamped(dense.clamp(), output);
      case Computes computes -> clamped(computes.clamp(), output);
      case KeepsCodes keeps -> kept(keeps, operator, output);
      case BatchMatmul _, Untunable _ -> CodeRange.FULL;
    };
  }

  private CodeRange kept(KeepsCodes keeps, Operator operator, Tensor output) {
    CodeRange clamp = clamped(keeps.clamp(), output);
    OptionalInt zero = zeroCode(output);
    Optional<CodeRange> codes = Optional.empty();
    for (int position : keeps.dataInputs()) {
      OptionalInt input =
          position < operator.inputs().size()
              ? operator.inputs().get(position)
              : OptionalInt.empty();
      if (input.isEmpty() || !equallyQuantized(graph.tensors().get(input.getAsInt()), output)) {
        return clamp;
      }
      CodeRange range = ranges[input.getAsInt()];
      codes = Optional.of(codes.map(range::union).orElse(range));
    }
    if (codes.isEmpty() || zero.isEmpty()) {
      return clamp;
    }
    CodeRange padding = new CodeRange(zero.getAsInt(), zero.getAsInt());
    return (keeps.addsZero() ? codes.get().union(padding) : codes.get()).intersect(clamp);
  }

  private static boolean equallyQuantized(Tensor a, Tensor b) {
    OptionalInt zero = zeroCode(a);
    return zero.isPresent()
        && zero.equals(zeroCode(b))
        && a.quantization()
            .map(Quantization::scales)
            .equals(b.quantization().map(Quantization::scales));
  }

  /**
   * The clamp in codes, as TFLite's CalculateActivationRangeQuantized: zero + round(real/scale).
   */
  private static CodeRange clamped(Clamp clamp, Tensor output) {
    OptionalInt zero = zeroCode(output);
    if (zero.isEmpty()) {
      return CodeRange.FULL;
    }
    float scale = output.quantization().orElseThrow().scales().getFirst();
    if (!(scale > 0) || !Float.isFinite(scale)) {
      return CodeRange.FULL;
    }
    long min = 0;
    long max = 255;
    if (clamp.min().isPresent()) {
      double real = clamp.min().getAsDouble();
      min = zero.getAsInt() + Math.min(steps(real, scale), steps((float) real, scale));
    }
    if (clamp.max().isPresent()) {
      double real = clamp.max().getAsDouble();
      max = zero.getAsInt() + Math.max(steps(real, scale), steps((float) real, scale));
    }
    min = Math.clamp(min, 0, 255);
    max = Math.clamp(max, 0, 255);
    return min <= max ? new CodeRange((int) min, (int) max) : CodeRange.FULL;
  }

  /** Runtimes divide in float or in double: where they differ, the wider range is the proof. */
  private static long steps(double real, float scale) {
    return roundHalfAway(real / scale);
  }

  private static long steps(float real, float scale) {
    return roundHalfAway(real / scale);
  }

  private static long roundHalfAway(double value) {
    return value < 0 ? -Math.round(-value) : Math.round(value);
  }

  /** The zero point of an 8-bit tensor quantized as a whole, as a u8 code. */
  static OptionalInt zeroCode(Tensor tensor) {
    if (!tensor.type().isByteCode()
        || !tensor.quantization().map(Quantization::isPerTensor).orElse(false)) {
      return OptionalInt.empty();
    }
    long zero = tensor.quantization().get().zeroPoints().getFirst();
    long code = tensor.type() == ElementType.INT8 ? zero + 128 : zero;
    return code >= 0 && code <= 255 ? OptionalInt.of((int) code) : OptionalInt.empty();
  }
}
