package dev.octune.tuner.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.octune.tuner.graph.Clamp;
import dev.octune.tuner.graph.Contents;
import dev.octune.tuner.graph.ElementType;
import dev.octune.tuner.graph.Operator;
import dev.octune.tuner.graph.Quantization;
import dev.octune.tuner.graph.QuantizedGraph;
import dev.octune.tuner.graph.Shape;
import dev.octune.tuner.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CodeRangesTest {
  private static final Clamp ONE_TO_SIX =
      new Clamp("CLIP", OptionalDouble.of(1), OptionalDouble.of(6));

  private final List<Tensor> tensors = new ArrayList<>();
  private final List<Operator> operators = new ArrayList<>();

  private int tensor(ElementType type, float scale, long zero) {
    tensors.add(
        new Tensor(
            "t" + tensors.size(),
            type,
            new Shape.Fixed(List.of(1)),
            Optional.of(new Quantization(List.of(scale), List.of(zero), 0)),
            new Contents.Computed()));
    return tensors.size() - 1;
  }

  private void operator(Operator.Attributes attributes, int in, int out) {
    operators.add(
        new Operator(
            "OP",
            "layer" + operators.size(),
            List.of(OptionalInt.of(in)),
            List.of(out),
            attributes));
  }

  private CodeRange rangeOf(int tensor) {
    return new CodeRanges(new QuantizedGraph("test", tensors, operators, List.of(), List.of()))
        .at(tensor);
  }

  @Test
  void clamp_onS8_isShiftedToU8() {
    int in = tensor(ElementType.INT8, 1f, -28);
    int out = tensor(ElementType.INT8, 1f, -28);
    operator(new Operator.Computes(ONE_TO_SIX), in, out);
    assertEquals(new CodeRange(101, 106), rangeOf(out));
    assertEquals(CodeRange.FULL, rangeOf(in));
  }

  @Test
  void clamp_whoseQuotientRoundsTwoWays_isTheWiderRange() {
    // In double 6/scale is 2.4999999, in float it is 2.5 and rounds up.
    float scale = 2.4f;
    int in = tensor(ElementType.UINT8, scale, 0);
    int out = tensor(ElementType.UINT8, scale, 0);
    operator(new Operator.Computes(Clamp.RELU6), in, out);
    assertEquals(new CodeRange(0, 3), rangeOf(out));
  }

  @Test
  void clamp_onAScaleThatIsNoNumber_provesNothing() {
    for (float scale : new float[] {0f, -1f, Float.NaN, Float.POSITIVE_INFINITY}) {
      int in = tensor(ElementType.UINT8, scale, 0);
      int out = tensor(ElementType.UINT8, scale, 0);
      operator(new Operator.Computes(Clamp.RELU6), in, out);
      assertEquals(CodeRange.FULL, rangeOf(out), "scale " + scale);
    }
  }

  @Test
  void clamp_outsideTheCodes_isCut() {
    int in = tensor(ElementType.UINT8, 0.001f, 250);
    int out = tensor(ElementType.UINT8, 0.001f, 250);
    operator(new Operator.Computes(Clamp.RELU6), in, out);
    assertEquals(new CodeRange(250, 255), rangeOf(out));
  }

  @Test
  void padding_ofATensorThatExcludesZero_addsTheZeroPoint() {
    int in = tensor(ElementType.UINT8, 1f, 200);
    int mid = tensor(ElementType.UINT8, 1f, 200);
    int kept = tensor(ElementType.UINT8, 1f, 200);
    int padded = tensor(ElementType.UINT8, 1f, 200);
    operator(new Operator.Computes(ONE_TO_SIX), in, mid);
    operator(new Operator.KeepsCodes(List.of(0), false, Clamp.NONE), mid, kept);
    operator(new Operator.KeepsCodes(List.of(0), true, Clamp.NONE), mid, padded);
    assertEquals(new CodeRange(201, 206), rangeOf(kept));
    assertEquals(new CodeRange(200, 206), rangeOf(padded));
  }

  @Test
  void keeping_withoutAnyDataInput_provesNothing() {
    int in = tensor(ElementType.UINT8, 1f, 0);
    int out = tensor(ElementType.UINT8, 1f, 0);
    operator(new Operator.KeepsCodes(List.of(), false, Clamp.NONE), in, out);
    operator(new Operator.KeepsCodes(List.of(7), false, Clamp.NONE), in, in);
    assertEquals(CodeRange.FULL, rangeOf(out));
    assertEquals(CodeRange.FULL, rangeOf(in));
  }

  @Test
  void variable_provesNothing() {
    int in = tensor(ElementType.UINT8, 1f, 0);
    tensors.add(
        new Tensor(
            "state",
            ElementType.UINT8,
            new Shape.Fixed(List.of(1)),
            tensors.get(in).quantization(),
            new Contents.Variable()));
    operator(new Operator.Computes(Clamp.RELU6), in, 1);
    assertEquals(CodeRange.FULL, rangeOf(1));
  }
}
