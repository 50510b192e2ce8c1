package dev.octune.tuner.task;

import dev.octune.kernels.workload.ActRange;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Output;
import dev.octune.kernels.workload.Padding;
import dev.octune.kernels.workload.WgtRange;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.graph.ConstantData;
import dev.octune.tuner.graph.Contents;
import dev.octune.tuner.graph.ElementType;
import dev.octune.tuner.graph.Operator;
import dev.octune.tuner.graph.Operator.Sliding;
import dev.octune.tuner.graph.Quantization;
import dev.octune.tuner.graph.QuantizedGraph;
import dev.octune.tuner.graph.Shape;
import dev.octune.tuner.graph.Tensor;
import dev.octune.tuner.task.Lowering.Lowered;
import dev.octune.tuner.task.Lowering.Missed;
import dev.octune.tuner.task.Lowering.NotALayer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * From the operators of one graph to workloads. The logical numbers are kept and the layouts
 * dropped: NHWC activations and OHWI weights become the plain NCHW and OIHW of {@link Workload}.
 * Not thread-safe.
 */
final class LayerLowering {
  private static final int ACTIVATION = 0;
  private static final int WEIGHTS = 1;

  private final QuantizedGraph graph;
  private final Outputs outputs;
  private final CodeRanges ranges;

  /** Classes of constants seen so far: a hostile file lets thousands of layers share one. */
  private final Map<ConstantData, WgtRange> classes = new HashMap<>();

  LayerLowering(QuantizedGraph graph, Outputs outputs) {
    this.graph = graph;
    this.outputs = outputs;
    this.ranges = new CodeRanges(graph);
  }

  Lowering lower(Operator operator) {
    try {
      return switch (operator.attributes()) {
        case Operator.Conv2d conv -> conv(operator, conv.sliding());
        case Operator.DepthwiseConv2d conv ->
            depthwise(operator, conv.sliding(), conv.multiplier());
        case Operator.Dense _ -> dense(operator);
        case Operator.BatchMatmul matmul -> batchMatmul(operator, matmul);
        case Operator.Untunable untunable -> new Missed(untunable.reason());
        case Operator.KeepsCodes _, Operator.Computes _ -> new NotALayer();
      };
    } catch (NoWorkloadException e) {
      return new Missed(e.reason());
    }
  }

  private Lowering conv(Operator operator, Sliding sliding) throws NoWorkloadException {
    Numerics numerics = numerics(operator, 0);
    List<Integer> act = dims(operator, ACTIVATION, 4);
    List<Integer> wgt = dims(operator, WEIGHTS, 4);
    int ic = act.get(3);
    int oc = wgt.get(0);
    int groupChannels = wgt.get(3);
    if (groupChannels == 0 || ic % groupChannels != 0) {
      throw new NoWorkloadException(
          "%d input channels don't divide into groups of the filter's %d"
              .formatted(ic, groupChannels));
    }
    int groups = ic / groupChannels;
    if (groups == 0 || oc % groups != 0) {
      throw new NoWorkloadException(
          "%d output channels don't divide into %d groups".formatted(oc, groups));
    }
    Window window = window(act, wgt, sliding);
    checkOutput(operator, List.of(act.get(0), window.oh(), window.ow(), oc));
    // One input channel a group is what a depthwise convolution is, weights and all.
    Workload workload =
        groups > 1 && groupChannels == 1
            ? describe(() -> new DepthwiseConv2d(act.get(0), ic, oc / ic, window, numerics))
            : describe(() -> new Conv2d(act.get(0), ic, oc, window, groups, numerics));
    return lowered(operator, workload, oc, window.kh() * window.kw(), groupChannels, true);
  }

  private Lowering depthwise(Operator operator, Sliding sliding, int multiplier)
      throws NoWorkloadException {
    Numerics numerics = numerics(operator, 3);
    List<Integer> act = dims(operator, ACTIVATION, 4);
    List<Integer> wgt = dims(operator, WEIGHTS, 4);
    int c = act.get(3);
    int oc = wgt.get(3);
    if (wgt.get(0) != 1 || c == 0 || oc % c != 0 || (multiplier != 0 && multiplier != oc / c)) {
      throw new NoWorkloadException(
          "filter %s with depth multiplier %d doesn't fit %d input channels"
              .formatted(wgt, multiplier, c));
    }
    Window window = window(act, wgt, sliding);
    checkOutput(operator, List.of(act.get(0), window.oh(), window.ow(), oc));
    Workload workload =
        describe(() -> new DepthwiseConv2d(act.get(0), c, oc / c, window, numerics));
    return lowered(operator, workload, 1, window.kh() * window.kw(), oc, true);
  }

  private Lowering dense(Operator operator) throws NoWorkloadException {
    Numerics numerics = numerics(operator, 0);
    List<Integer> wgt = dims(operator, WEIGHTS, 2);
    int n = wgt.get(0);
    int k = wgt.get(1);
    Shape.Fixed act = shape(operator, ACTIVATION);
    long elements = act.elements();
    if (act.rank() == 0 || k == 0 || elements % k != 0) {
      throw new NoWorkloadException(
          "activations %s don't divide into rows of %d".formatted(act, k));
    }
    int m = count(elements / k);
    checkOutput(operator, (long) m * n);
    Workload workload = describe(() -> new Dense(m, k, n, numerics));
    return lowered(operator, workload, 1, n, k, false);
  }

  private Lowering batchMatmul(Operator operator, Operator.BatchMatmul matmul)
      throws NoWorkloadException {
    List<Integer> left = shape(operator, ACTIVATION).dims();
    List<Integer> right = shape(operator, WEIGHTS).dims();
    if (left.size() < 2 || right.size() < 2) {
      throw new NoWorkloadException("its sides %s and %s aren't matrices".formatted(left, right));
    }
    int m = fromEnd(left, matmul.leftTransposed() ? 1 : 2);
    int k = fromEnd(left, matmul.leftTransposed() ? 2 : 1);
    int n = fromEnd(right, matmul.rightTransposed() ? 2 : 1);
    int rightK = fromEnd(right, matmul.rightTransposed() ? 1 : 2);
    if (k != rightK) {
      throw new NoWorkloadException(
          "the left side sums over %d values, the right side over %d".formatted(k, rightK));
    }
    // Scales per column of the right side are scales per output, as with weights.
    int columnAxis = right.size() - (matmul.rightTransposed() ? 2 : 1);
    Numerics numerics = numerics(operator, columnAxis);
    int leftBatch = count(batch(left));
    int rightBatch = count(batch(right));
    boolean constant = tensor(operator, WEIGHTS).contents() instanceof Contents.Constant;
    boolean sameBatches =
        left.subList(0, left.size() - 2).equals(right.subList(0, right.size() - 2));
    if (rightBatch != 1 && !sameBatches) {
      throw new NoWorkloadException(
          "its sides %s and %s are broadcast over each other".formatted(left, right));
    }
    checkOutput(operator, (long) leftBatch * count(m) * count(n));
    if (rightBatch == 1) {
      // One right side for every row: a single product with all rows below each other.
      int rows = count((long) leftBatch * m);
      return constant
          ? lowered(
              operator,
              describe(() -> new Dense(rows, k, n, numerics)),
              1,
              matmul.rightTransposed() ? n : k,
              matmul.rightTransposed() ? k : n,
              !matmul.rightTransposed())
          : new Lowered(
              leaving(operator, describe(() -> new BatchMatmul(1, rows, k, n, numerics))),
              Optional.empty());
    }
    return lowered(
        operator,
        describe(() -> new BatchMatmul(leftBatch, m, k, n, numerics)),
        rightBatch,
        matmul.rightTransposed() ? n : k,
        matmul.rightTransposed() ? k : n,
        matmul.rightTransposed());
  }

  private Lowered lowered(
      Operator operator, Workload workload, int outer, int rows, int columns, boolean swapped)
      throws NoWorkloadException {
    boolean shifted =
        !workload.numerics().wgt().signed() && tensor(operator, WEIGHTS).type() == ElementType.INT8;
    return new Lowered(
        leaving(operator, workload),
        tensor(operator, WEIGHTS).contents() instanceof Contents.Constant(ConstantData data)
            ? Optional.of(new PlainWeights(data, outer, rows, columns, swapped, shifted))
            : Optional.empty());
  }

  /** The workload with the output that is wanted of it. */
  private Workload leaving(Operator operator, Workload workload) throws NoWorkloadException {
    Output out = outputs.of(workload);
    if (out.isRequantized()) {
      checkCodes(graph.tensors().get(operator.outputs().getFirst()), "output");
      checkScales(tensor(operator, ACTIVATION), "activations", 0);
      checkScales(tensor(operator, WEIGHTS), "weights", 0);
    }
    return workload.with(workload.numerics().withOut(out));
  }

  /** An output that sums can be requantized to. */
  private static void checkCodes(Tensor tensor, String what) throws NoWorkloadException {
    if (CodeRanges.zeroCode(tensor).isEmpty()) {
      throw new NoWorkloadException(
          "its %s is %s, not 8-bit codes quantized as one tensor: no kernel requantizes to that"
              .formatted(what, tensor.type().text()));
    }
    checkScales(tensor, what, Float.MIN_VALUE);
  }

  /** Sums of a channel whose scale is 0 all become the zero point; none can be divided by it. */
  private static void checkScales(Tensor tensor, String what, float least)
      throws NoWorkloadException {
    for (float scale : tensor.quantization().orElseThrow().scales()) {
      if (!(scale >= least) || Float.isInfinite(scale)) {
        throw new NoWorkloadException(
            "the scale %s of its %s is no number to multiply with".formatted(scale, what));
      }
    }
  }

  /** The numbers of both sides, sums leaving. */
  private Numerics numerics(Operator operator, int channelAxis) throws NoWorkloadException {
    Tensor act = tensor(operator, ACTIVATION);
    Tensor wgt = tensor(operator, WEIGHTS);
    checkTypes(act, wgt);
    if (!act.quantization().map(Quantization::isPerTensor).orElse(false)) {
      throw new NoWorkloadException("its activations aren't quantized as one tensor");
    }
    OptionalInt azp = CodeRanges.zeroCode(act);
    if (azp.isEmpty()) {
      throw new NoWorkloadException(
          "the zero point %d of its activations is no %s code"
              .formatted(act.quantization().get().zeroPoints().getFirst(), act.type().text()));
    }
    checkChannels(wgt, channelAxis);
    CodeRange codes = ranges.at(index(operator, ACTIVATION));
    ActRange actRange = ActRange.enclosing(codes.min(), codes.max());
    long zero = wgt.quantization().orElseThrow().zeroPoints().getFirst();
    boolean signed = wgt.type() == ElementType.INT8;
    if (signed && zero == 0) {
      return new Numerics(
          actRange, azp.getAsInt(), signedClass(operator), 0, Output.S32, Optional.empty());
    }
    long wzp = signed ? zero + 128 : zero;
    if (wzp < 0 || wzp > 255) {
      throw new NoWorkloadException(
          "the zero point %d of its weights is no %s code".formatted(zero, wgt.type().text()));
    }
    return new Numerics(
        actRange, azp.getAsInt(), WgtRange.U8, (int) wzp, Output.S32, Optional.empty());
  }

  private static void checkTypes(Tensor act, Tensor wgt) throws NoWorkloadException {
    String pair = "%s activations with %s weights".formatted(act.type().text(), wgt.type().text());
    if (act.type().isFloat()) {
      throw new NoWorkloadException(
          wgt.type().isFloat() ? "float layer: " + pair : "hybrid layer: " + pair);
    }
    if (!act.type().isByteCode() || !wgt.type().isByteCode()) {
      throw new NoWorkloadException(pair + ": kernels take 8-bit codes on both sides");
    }
  }

  private static void checkChannels(Tensor wgt, int channelAxis) throws NoWorkloadException {
    if (wgt.contents() instanceof Contents.Elsewhere(String reason)) {
      throw new NoWorkloadException("its weights aren't plain bytes of the file: " + reason);
    }
    if (wgt.quantization().isEmpty()) {
      throw new NoWorkloadException("its weights have no scale");
    }
    Quantization quantization = wgt.quantization().get();
    if (!quantization.isPerTensor() && quantization.axis() != channelAxis) {
      throw new NoWorkloadException(
          "its weights have scales along axis %d, which is no output axis"
              .formatted(quantization.axis()));
    }
    if (!quantization.hasOneZeroPoint()) {
      throw new NoWorkloadException("the zero points of its weights differ between channels");
    }
  }

  private WgtRange signedClass(Operator operator) throws NoWorkloadException {
    if (tensor(operator, WEIGHTS).contents() instanceof Contents.Constant(ConstantData data)) {
      return classes.computeIfAbsent(data, LayerLowering::classOf);
    }
    CodeRange codes = ranges.at(index(operator, WEIGHTS));
    return WgtRange.enclosing(codes.min() - 128, codes.max() - 128);
  }

  private static WgtRange classOf(ConstantData data) {
    int min = 0;
    int max = 0;
    for (int i = 0; i < data.sizeBytes(); i++) {
      min = Math.min(min, data.at(i));
      max = Math.max(max, data.at(i));
    }
    return WgtRange.enclosing(min, max);
  }

  /** Filters are OHWI: positions in the middle. */
  private static Window window(List<Integer> act, List<Integer> wgt, Sliding sliding)
      throws NoWorkloadException {
    int kh = wgt.get(1);
    int kw = wgt.get(2);
    long[] rows = padding(act.get(1), kh, sliding.strideH(), sliding.dilationH(), sliding.same());
    long[] columns =
        padding(act.get(2), kw, sliding.strideW(), sliding.dilationW(), sliding.same());
    Padding pad = new Padding((int) rows[0], (int) columns[0], (int) rows[1], (int) columns[1]);
    return describe(
        () ->
            new Window(
                act.get(1),
                act.get(2),
                kh,
                kw,
                sliding.strideH(),
                sliding.strideW(),
                pad,
                sliding.dilationH(),
                sliding.dilationW()));
  }

  /** Positions before and behind, as TFLite's ComputePaddingHeightWidth. */
  private static long[] padding(int input, int taps, int stride, int dilation, boolean same)
      throws NoWorkloadException {
    for (int extent : new int[] {input, taps, stride, dilation}) {
      if (extent < 1 || extent > Window.MAX_EXTENT) {
        throw new NoWorkloadException(
            "input %d, taps %d, stride %d, dilation %d: each must be in [1, %d]"
                .formatted(input, taps, stride, dilation, Window.MAX_EXTENT));
      }
    }
    if (!same) {
      return new long[] {0, 0};
    }
    long output = (input + stride - 1L) / stride;
    long span = (taps - 1L) * dilation + 1;
    long total = Math.max(0, (output - 1) * stride + span - input);
    if (total > Window.MAX_EXTENT) {
      throw new NoWorkloadException(
          "it pads %d positions, at most %d are supported".formatted(total, Window.MAX_EXTENT));
    }
    return new long[] {total / 2, total - total / 2};
  }

  /** A file whose shapes contradict each other can't be trusted with either. */
  private void checkOutput(Operator operator, List<Integer> expected) throws NoWorkloadException {
    if (outputShape(operator) instanceof Shape.Fixed fixed && !fixed.dims().equals(expected)) {
      throw new NoWorkloadException(
          "its output has shape %s, its inputs and options make it %s".formatted(fixed, expected));
    }
  }

  /** As above, where leading axes may be joined or not. */
  private void checkOutput(Operator operator, long elements) throws NoWorkloadException {
    if (outputShape(operator) instanceof Shape.Fixed fixed && fixed.elements() != elements) {
      throw new NoWorkloadException(
          "its output has shape %s, its inputs make %d elements".formatted(fixed, elements));
    }
  }

  private Shape outputShape(Operator operator) throws NoWorkloadException {
    if (operator.outputs().isEmpty()) {
      throw new NoWorkloadException("it has no output");
    }
    return graph.tensors().get(operator.outputs().getFirst()).shape();
  }

  private List<Integer> dims(Operator operator, int input, int rank) throws NoWorkloadException {
    List<Integer> dims = shape(operator, input).dims();
    if (dims.size() != rank) {
      throw new NoWorkloadException(
          "input %d has shape %s, expected %d axes".formatted(input, dims, rank));
    }
    return dims;
  }

  private Shape.Fixed shape(Operator operator, int input) throws NoWorkloadException {
    return switch (tensor(operator, input).shape()) {
      case Shape.Fixed fixed -> fixed;
      case Shape.Dynamic(String text) ->
          throw new NoWorkloadException(
              "its shape %s is known only when the network runs".formatted(text));
    };
  }

  private Tensor tensor(Operator operator, int input) throws NoWorkloadException {
    return graph.tensors().get(index(operator, input));
  }

  private static int index(Operator operator, int input) throws NoWorkloadException {
    return (input < operator.inputs().size() ? operator.inputs().get(input) : OptionalInt.empty())
        .orElseThrow(() -> new NoWorkloadException("input %d is missing".formatted(input)));
  }

  private static int fromEnd(List<Integer> dims, int position) {
    return dims.get(dims.size() - position);
  }

  private static long batch(List<Integer> dims) {
    return new Shape.Fixed(dims.subList(0, dims.size() - 2)).elements();
  }

  private static int count(long count) throws NoWorkloadException {
    if (count < 1 || count > Workload.MAX_COUNT) {
      throw new NoWorkloadException(
          "a count of %d isn't in [1, %d]".formatted(count, Workload.MAX_COUNT));
    }
    return (int) count;
  }

  private interface Description<T> {
    T get();
  }

  /** Workloads refuse shapes that they can't describe; that refusal is the reason. */
  private static <T> T describe(Description<T> description) throws NoWorkloadException {
    try {
      T described = description.get();
      if (described instanceof Workload workload) {
        Workload.parse(workload.text());
      }
      return described;
    } catch (IllegalArgumentException e) {
      throw new NoWorkloadException(String.valueOf(e.getMessage()));
    }
  }
}
