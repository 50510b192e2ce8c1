package dev.octune.tuner.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.tuner.graph.TfliteFile;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tensorflow.lite.schema.ActivationFunctionType;
import org.tensorflow.lite.schema.BuiltinOperator;
import org.tensorflow.lite.schema.Padding;
import org.tensorflow.lite.schema.SparsityParametersT;
import org.tensorflow.lite.schema.TensorType;

/** Extraction from files written here, one property each. */
class TasksTest {
  private static final byte S8 = TfliteFile.S8;
  private static final byte U8 = TfliteFile.U8;
  private static final byte NONE = ActivationFunctionType.NONE;

  private final TfliteFile file = new TfliteFile();

  private TaskList extract() {
    return Tasks.extract(file.graph(), _ -> Optional.empty());
  }

  /** The text of the one workload there is. */
  private String only() {
    TaskList tasks = extract();
    assertEquals(List.of(), tasks.uncovered());
    assertEquals(1, tasks.tasks().size());
    return tasks.tasks().getFirst().workload().text();
  }

  /** The reason of the one uncovered layer there is. */
  private String onlyReason() {
    TaskList tasks = extract();
    assertEquals(List.of(), tasks.tasks());
    assertEquals(1, tasks.uncovered().size());
    return tasks.uncovered().getFirst().reason();
  }

  private static void assertContains(String part, String text) {
    assertTrue(text.contains(part), () -> "'" + part + "' is not in: " + text);
  }

  private void conv(int actZero, int weightZero, byte actType, byte weightType, int min, int max) {
    int act = file.tensor("in", actType, 0.1f, actZero, 1, 9, 8, 3);
    int wgt = file.constant("w", weightType, weightZero, min, max, 4, 3, 3, 3);
    int out = file.tensor("out", actType, 0.1f, 0, 1, 5, 4, 4);
    file.inputs(act);
    file.conv(act, wgt, out, Padding.SAME, 2, 1, NONE);
  }

  private List<String> requantized(Outputs outputs) {
    TaskList tasks = Tasks.extract(file.graph(), outputs, _ -> Optional.empty());
    assertEquals(List.of(), tasks.uncovered());
    return tasks.tasks().stream()
        .map(task -> task.workload().text())
        .map(text -> text.substring(0, text.indexOf(' ')) + text.substring(text.indexOf(" out=")))
        .toList();
  }

  @Test
  void outputs_ofEveryOperator_roundAsItsKernelsDo() {
    int act = file.tensor("in", S8, 0.1f, 5, 1, 4, 4, 4);
    int wgt = file.constant("w", S8, 0, -127, 127, 8, 3, 3, 4);
    int conv = file.tensor("conv", S8, 0.1f, 0, 1, 4, 4, 8);
    file.conv(act, wgt, conv, Padding.SAME, 1, 1, NONE);
    int grouped = file.tensor("grouped", S8, 0.1f, 0, 1, 4, 4, 8);
    int groupedWgt = file.constant("wg", S8, 0, -127, 127, 8, 3, 3, 4);
    file.conv(conv, groupedWgt, grouped, Padding.SAME, 1, 1, NONE);
    int depthwise = file.tensor("depthwise", S8, 0.1f, 0, 1, 4, 4, 8);
    int depthwiseWgt = file.constant("wd", S8, 0, -127, 127, 1, 3, 3, 8);
    file.depthwise(grouped, depthwiseWgt, depthwise, Padding.SAME, 1, 1);
    int dense = file.tensor("dense", U8, 0.1f, 0, 16, 10);
    int denseWgt = file.constant("wf", S8, 0, -127, 127, 10, 8);
    file.dense(depthwise, denseWgt, dense, NONE);
    int left = file.tensor("left", S8, 0.1f, 1, 2, 3, 4);
    int right = file.tensor("right", S8, 0.1f, 2, 2, 4, 5);
    int product = file.tensor("product", S8, 0.1f, 3, 2, 3, 5);
    file.matmul(left, right, product, false, false);

    assertEquals(
        List.of(
            "conv2d_NCHWc_int8 out=u8 round=single",
            "conv2d_NCHWc_int8 out=u8 round=double",
            "depthwise_conv2d_NCHWc_int8 out=u8 round=double",
            "dense_int8 out=u8 round=single",
            "batch_matmul_int8 out=u8 round=single"),
        requantized(Outputs.REQUANTIZED));
    assertEquals(
        List.of(
            "conv2d_NCHWc_int8 out=u8 round=double",
            "conv2d_NCHWc_int8 out=u8 round=double",
            "depthwise_conv2d_NCHWc_int8 out=u8 round=double",
            "dense_int8 out=u8 round=double",
            "batch_matmul_int8 out=u8 round=double"),
        requantized(Outputs.REFERENCE));
    assertTrue(requantized(Outputs.SUMS).stream().allMatch(text -> text.endsWith(" out=s32")));
  }

  @Test
  void outputs_thatAreNoCodes_areOnlySums() {
    int act = file.tensor("in", S8, 0.1f, 5, 1, 8);
    int wgt = file.constant("w", S8, 0, -127, 127, 10, 8);
    int out = file.tensor("out", TensorType.INT16, 0.1f, 0, 1, 10);
    file.dense(act, wgt, out, NONE);

    TaskList tasks = Tasks.extract(file.graph(), Outputs.REQUANTIZED, _ -> Optional.empty());

    assertEquals(List.of(), tasks.tasks());
    assertContains("its output is int16", tasks.uncovered().getFirst().reason());
    assertContains("out=s32", only());
  }

  @Test
  void outputs_withoutAScale_areOnlySums() {
    int act = file.tensor("in", S8, 0.1f, 5, 1, 8);
    int wgt = file.constant("w", S8, 0, -127, 127, 10, 8);
    int out = file.tensor("out", S8, 0f, 0, 1, 10);
    file.dense(act, wgt, out, NONE);

    TaskList tasks = Tasks.extract(file.graph(), Outputs.REQUANTIZED, _ -> Optional.empty());

    assertContains("the scale 0.0 of its output", tasks.uncovered().getFirst().reason());
    assertContains("out=s32", only());
  }

  @Test
  void conv_sameWithStrideTwo_padsTheOddPositionBehind() {
    conv(-128, 0, S8, S8, -127, 127);
    assertEquals(
        "conv2d_NCHWc_int8 n=1 ic=3 ih=9 iw=8 oc=4 kh=3 kw=3 stride=2,2 pad=1,0,1,1 dilation=1,1"
            + " act=u8 wgt=s8[-127,127] out=s32",
        only());
  }

  @Test
  void conv_dilated_padsItsWholeSpan() {
    int act = file.tensor("in", S8, 0.1f, 5, 2, 10, 10, 3);
    int wgt = file.constant("w", S8, 0, -32, 32, 4, 3, 2, 3);
    int out = file.tensor("out", S8, 0.1f, 0, 2, 10, 10, 4);
    file.conv(act, wgt, out, Padding.SAME, 1, 3, NONE);
    assertEquals(
        "conv2d_NCHWc_int8 n=2 ic=3 ih=10 iw=10 oc=4 kh=3 kw=2 stride=1,1 pad=3,1,3,2"
            + " dilation=3,3 act=u8 azp=133 wgt=s8[-32,32] out=s32",
        only());
  }

  @Test
  void conv_valid_hasNoPaddingAndNoZeroPoint() {
    int act = file.tensor("in", U8, 0.1f, 7, 1, 10, 10, 3);
    int wgt = file.constant("w", S8, 0, -64, 64, 4, 3, 3, 3);
    int out = file.tensor("out", U8, 0.1f, 0, 1, 4, 4, 4);
    file.conv(act, wgt, out, Padding.VALID, 2, 1, NONE);
    assertEquals(
        "conv2d_NCHWc_int8 n=1 ic=3 ih=10 iw=10 oc=4 kh=3 kw=3 stride=2,2 pad=0,0,0,0"
            + " dilation=1,1 act=u8 wgt=s8[-64,64] out=s32",
        only());
  }

  @Test
  void conv_weightWithMinus128_isFullS8() {
    conv(-128, 0, S8, S8, -128, 127);
    assertContains(" wgt=s8 ", only());
  }

  @Test
  void conv_u8Weights_keepTheirZeroPoint() {
    conv(11, 157, U8, U8, 0, 255);
    assertContains("act=u8 azp=11 wgt=u8 wzp=157 out=s32", only());
  }

  @Test
  void conv_s8WeightsWithZeroPoint_areShiftedToU8() {
    conv(-1, -3, S8, S8, -128, 127);
    assertContains("act=u8 azp=127 wgt=u8 wzp=125 out=s32", only());
    byte[] plain = Tasks.weights(file.graph(), "out").orElseThrow();
    assertEquals(0, plain[0], "the code -128 becomes 0");
  }

  @Test
  void conv_zeroPointsDifferingBetweenChannels_isUncovered() {
    conv(0, 0, S8, S8, -127, 127);
    file.perChannel(1, 0, 0, 0, 1, 0);
    assertContains("differ between channels", onlyReason());
  }

  @Test
  void conv_perChannelScales_areFine() {
    conv(0, 0, S8, S8, -127, 127);
    file.perChannel(1, 0, 0, 0, 0, 0);
    assertContains("wgt=s8[-127,127]", only());
  }

  @Test
  void conv_scalesPerInputChannel_isUncovered() {
    conv(0, 0, S8, S8, -127, 127);
    file.perChannel(1, 3, 0, 0, 0);
    assertContains("no output axis", onlyReason());
  }

  @Test
  void conv_twoInputChannelsAGroup_isGrouped() {
    int act = file.tensor("in", S8, 0.1f, 0, 1, 5, 5, 6);
    int wgt = file.constant("w", S8, 0, -1, 1, 9, 1, 1, 2);
    int out = file.tensor("out", S8, 0.1f, 0, 1, 5, 5, 9);
    file.conv(act, wgt, out, Padding.SAME, 1, 1, NONE);
    assertContains("ic=6 ih=5 iw=5 oc=9", only());
    assertContains(" groups=3 ", only());
  }

  @Test
  void conv_oneInputChannelAGroup_isDepthwise() {
    int act = file.tensor("in", S8, 0.1f, 0, 1, 5, 5, 6);
    int wgt = file.constant("w", S8, 0, -1, 1, 12, 1, 1, 1);
    int out = file.tensor("out", S8, 0.1f, 0, 1, 5, 5, 12);
    file.conv(act, wgt, out, Padding.SAME, 1, 1, NONE);
    assertContains("depthwise_conv2d_NCHWc_int8 n=1 c=6 ih=5 iw=5 m=2", only());
  }

  @Test
  void conv_outputShapeThatContradictsItsInputs_isUncovered() {
    int act = file.tensor("in", S8, 0.1f, 0, 1, 5, 5, 6);
    int wgt = file.constant("w", S8, 0, -1, 1, 9, 1, 1, 6);
    int out = file.tensor("out", S8, 0.1f, 0, 1, 5, 4, 9);
    file.conv(act, wgt, out, Padding.SAME, 1, 1, NONE);
    assertContains("its inputs and options make it [1, 5, 5, 9]", onlyReason());
  }

  @Test
  void conv_strideZero_isUncovered() {
    int act = file.tensor("in", S8, 0.1f, 0, 1, 5, 5, 6);
    int wgt = file.constant("w", S8, 0, -1, 1, 9, 1, 1, 6);
    file.conv(act, wgt, file.tensor("out", S8, 0.1f, 0, 1, 5, 5, 9), Padding.SAME, 0, 1, NONE);
    assertContains("stride 0", onlyReason());
  }

  @Test
  void depthwise_multiplierTwo_keepsChannelsAndMultiplier() {
    int act = file.tensor("in", S8, 0.1f, 0, 1, 4, 4, 3);
    int wgt = file.constant("w", S8, 0, -5, 5, 1, 3, 3, 6);
    int out = file.tensor("out", S8, 0.1f, 0, 1, 4, 4, 6);
    file.depthwise(act, wgt, out, Padding.SAME, 1, 2);
    assertEquals(
        "depthwise_conv2d_NCHWc_int8 n=1 c=3 ih=4 iw=4 m=2 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
            + " dilation=1,1 act=u8 azp=128 wgt=s8[-32,32] out=s32",
        only());
  }

  @Test
  void dense_leadingAxes_areRows() {
    int act = file.tensor("in", S8, 0.1f, 0, 2, 5, 8);
    int wgt = file.constant("w", S8, 0, -127, 127, 16, 8);
    file.dense(act, wgt, file.tensor("out", S8, 0.1f, 0, 10, 16), NONE);
    assertEquals("dense_int8 m=10 k=8 n=16 act=u8 wgt=s8[-127,127] out=s32", only());
  }

  @Test
  void dense_outputThatContradictsItsInputs_isUncovered() {
    int act = file.tensor("in", S8, 0.1f, 0, 2, 5, 8);
    int wgt = file.constant("w", S8, 0, -127, 127, 16, 8);
    file.dense(act, wgt, file.tensor("out", S8, 0.1f, 0, 5, 16), NONE);
    assertEquals("its output has shape [5, 16], its inputs make 160 elements", onlyReason());
  }

  @Test
  void dense_activationsThatAreNoRows_areUncovered() {
    int act = file.tensor("in", S8, 0.1f, 0, 2, 5, 7);
    int wgt = file.constant("w", S8, 0, -127, 127, 16, 8);
    file.dense(act, wgt, file.tensor("out", S8, 0.1f, 0, 10, 16), NONE);
    assertEquals("activations [2, 5, 7] don't divide into rows of 8", onlyReason());
  }

  @Test
  void dense_computedWeights_areFullRange() {
    int act = file.tensor("in", S8, 0.1f, 0, 2, 8);
    int wgt = file.tensor("w", S8, 0.1f, 0, 16, 8);
    file.dense(act, wgt, file.tensor("out", S8, 0.1f, 0, 2, 16), NONE);
    assertContains(" wgt=s8 ", only());
    assertEquals(Optional.empty(), Tasks.weights(file.graph(), "out"));
  }

  @Test
  void matmul_transposedSidesOfActivations_keepTheirNumbers() {
    int left = file.tensor("l", S8, 0.1f, 0, 2, 3, 8, 4);
    int right = file.tensor("r", S8, 0.1f, 9, 2, 3, 5, 8);
    file.matmul(left, right, file.tensor("out", S8, 0.1f, 0, 2, 3, 4, 5), true, true);
    assertEquals("batch_matmul_int8 b=6 m=4 k=8 n=5 act=u8 wgt=u8 wzp=137 out=s32", only());
  }

  @Test
  void matmul_constantRightSide_isDense() {
    int left = file.tensor("l", S8, 0.1f, 0, 2, 3, 4, 8);
    int right =
        file.constant(
            "r", S8, 0, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, 8, 2);
    file.matmul(left, right, file.tensor("out", S8, 0.1f, 0, 2, 3, 4, 2), false, false);
    assertEquals("dense_int8 m=24 k=8 n=2 act=u8 wgt=s8[-32,32] out=s32", only());
    assertArrayEquals(
        new byte[] {1, 3, 5, 7, 9, 11, 13, 15, 2, 4, 6, 8, 10, 12, 14, 16},
        Tasks.weights(file.graph(), "out").orElseThrow());
  }

  @Test
  void matmul_broadcastBatches_isUncovered() {
    int left = file.tensor("l", S8, 0.1f, 0, 1, 4, 8);
    int right = file.tensor("r", S8, 0.1f, 0, 3, 8, 5);
    file.matmul(left, right, file.tensor("out", S8, 0.1f, 0, 3, 4, 5), false, false);
    assertContains("broadcast", onlyReason());
  }

  @Test
  void weights_ofAConv_areOihw() {
    int act = file.tensor("in", S8, 0.1f, 0, 1, 2, 2, 2);
    int wgt = file.constant("w", S8, 0, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 1, 2, 2);
    file.conv(act, wgt, file.tensor("out", S8, 0.1f, 0, 1, 2, 1, 2), Padding.VALID, 1, 1, NONE);
    assertArrayEquals(
        new byte[] {1, 3, 2, 4, 5, 7, 6, 8}, Tasks.weights(file.graph(), "out").orElseThrow());
  }

  @Test
  void weights_ofADepthwise_areOneFilterAChannel() {
    int act = file.tensor("in", S8, 0.1f, 0, 1, 1, 2, 3);
    int wgt = file.constant("w", S8, 0, new byte[] {1, 2, 3, 4, 5, 6}, 1, 1, 2, 3);
    file.depthwise(act, wgt, file.tensor("out", S8, 0.1f, 0, 1, 1, 1, 3), Padding.VALID, 1, 1);
    assertArrayEquals(
        new byte[] {1, 4, 2, 5, 3, 6}, Tasks.weights(file.graph(), "out").orElseThrow());
  }

  // What proves a range.

  /** A conv named "in" with this clamp on its output, then `between`, then a conv to look at. */
  private int producer(byte activation, byte type, float scale, long zero) {
    int act = file.tensor("in", S8, 0.1f, 0, 1, 4, 4, 1);
    int wgt = file.constant("w0", S8, 0, -127, 127, 3, 1, 1, 1);
    int out = file.tensor("mid", type, scale, zero, 1, 4, 4, 3);
    file.inputs(act);
    file.conv(act, wgt, out, Padding.SAME, 1, 1, activation);
    return out;
  }

  private String rangeBehind(int act) {
    int wgt = file.constant("w1", S8, 0, -127, 127, 5, 1, 1, 3);
    file.conv(act, wgt, file.tensor("out", S8, 0.1f, 0, 1, 4, 4, 5), Padding.SAME, 1, 1, NONE);
    String text = extract().tasks().getLast().workload().text();
    return text.substring(text.indexOf(" act=") + 1, text.indexOf(" wgt="));
  }

  @Test
  void range_relu6OnACoarseScale_isProved() {
    assertEquals(
        "act=u8[0,127]", rangeBehind(producer(ActivationFunctionType.RELU6, S8, 6f / 127, -128)));
  }

  @Test
  void range_relu6OnAFineScale_isFull() {
    assertEquals("act=u8", rangeBehind(producer(ActivationFunctionType.RELU6, S8, 6f / 128, -128)));
  }

  @Test
  void range_reluWithoutUpperBound_isFull() {
    assertEquals("act=u8", rangeBehind(producer(ActivationFunctionType.RELU, U8, 0.1f, 0)));
  }

  @Test
  void range_minAndMaxOfTheFile_proveNothing() {
    int mid = producer(NONE, U8, 0.1f, 0);
    file.table(mid).getQuantization().setMax(new float[] {1});
    assertEquals("act=u8", rangeBehind(mid));
  }

  @Test
  void range_behindMaxPoolAndReshape_isKept() {
    int mid = producer(ActivationFunctionType.RELU6, U8, 0.1f, 0);
    int pooled = file.tensor("pool", U8, 0.1f, 0, 1, 4, 4, 3);
    file.operator(BuiltinOperator.MAX_POOL_2D, new int[] {mid}, pooled);
    int reshaped = file.tensor("reshape", U8, 0.1f, 0, 1, 4, 4, 3);
    file.operator(BuiltinOperator.RESHAPE, new int[] {pooled}, reshaped);
    assertEquals("act=u8[0,127]", rangeBehind(reshaped));
  }

  @Test
  void range_quantizeFromS8ToU8OfEqualMeaning_isKept() {
    int mid = producer(ActivationFunctionType.RELU6, S8, 0.1f, -128);
    int other = file.tensor("u8", U8, 0.1f, 0, 1, 4, 4, 3);
    file.operator(BuiltinOperator.QUANTIZE, new int[] {mid}, other);
    assertEquals("act=u8[0,127]", rangeBehind(other));
  }

  @Test
  void range_quantizeToAnotherScale_isFull() {
    int mid = producer(ActivationFunctionType.RELU6, S8, 0.1f, -128);
    int other = file.tensor("u8", U8, 0.01f, 0, 1, 4, 4, 3);
    file.operator(BuiltinOperator.QUANTIZE, new int[] {mid}, other);
    assertEquals("act=u8", rangeBehind(other));
  }

  @Test
  void range_concatenationWithAnUnprovedInput_isFull() {
    int mid = producer(ActivationFunctionType.RELU6, U8, 0.1f, 0);
    int free = file.tensor("free", U8, 0.1f, 0, 1, 4, 4, 3);
    int joined = file.tensor("joined", U8, 0.1f, 0, 1, 4, 4, 3);
    file.operator(BuiltinOperator.CONCATENATION, new int[] {mid, free}, joined);
    assertEquals("act=u8", rangeBehind(joined));
  }

  @Test
  void range_secondWriterOfATensor_provesNothing() {
    int mid = producer(ActivationFunctionType.RELU6, U8, 0.1f, 0);
    int free = file.tensor("free", U8, 0.1f, 0, 1, 4, 4, 3);
    file.operator(BuiltinOperator.RESHAPE, new int[] {free}, mid);
    assertEquals("act=u8", rangeBehind(mid));
  }

  @Test
  void range_graphInputThatIsWrittenToo_provesNothing() {
    int mid = producer(ActivationFunctionType.RELU6, U8, 0.1f, 0);
    file.inputs(0, mid);
    assertEquals("act=u8", rangeBehind(mid));
  }

  @Test
  void range_readBeforeItIsWritten_provesNothing() {
    int mid = file.tensor("mid", U8, 0.1f, 0, 1, 4, 4, 3);
    String before = rangeBehind(mid);
    file.operator(BuiltinOperator.RELU6, new int[] {0}, mid);
    assertEquals("act=u8", before);
  }

  // What has no task.

  @Test
  void types_floatActivationsOnInt8Weights_areHybrid() {
    conv(0, 0, TensorType.FLOAT32, S8, -1, 1);
    assertContains("hybrid layer: float32 activations with int8 weights", onlyReason());
  }

  @Test
  void types_int16Activations_areUncovered() {
    conv(0, 0, TensorType.INT16, S8, -1, 1);
    assertContains("int16 activations", onlyReason());
  }

  @Test
  void types_int4Weights_areUncovered() {
    int act = file.tensor("in", S8, 0.1f, 0, 1, 4);
    int wgt = file.constant("w", S8, 0, new byte[] {0x12, 0x34, 0x56}, 3);
    file.table(wgt).setType(TensorType.INT4);
    file.table(wgt).setShape(new int[] {1, 5});
    file.dense(act, wgt, file.tensor("out", S8, 0.1f, 0, 1, 1), NONE);
    assertContains("int8 activations with int4 weights", onlyReason());
  }

  @Test
  void types_floatLayer_isUncovered() {
    int act = file.tensor("in", TensorType.FLOAT32, 0.1f, 0, 1, 4);
    int wgt = file.tensor("w", TensorType.FLOAT32, 0.1f, 0, 1, 4);
    file.dense(act, wgt, file.tensor("out", TensorType.FLOAT32, 0.1f, 0, 1, 1), NONE);
    assertContains("float layer", onlyReason());
  }

  @Test
  void shape_unknownHeight_isUncovered() {
    conv(0, 0, S8, S8, -1, 1);
    file.table(0).setShapeSignature(new int[] {-1, -1, 8, 3});
    assertContains("its shape [-1, -1, 8, 3] is known only when the network runs", onlyReason());
  }

  @Test
  void shape_unknownBatch_isTheShapesOwn() {
    conv(0, 0, S8, S8, -1, 1);
    file.table(0).setShapeSignature(new int[] {-1, 9, 8, 3});
    assertContains(" n=1 ", only());
  }

  @Test
  void weights_storedSparse_areUncovered() {
    conv(0, 0, S8, S8, -1, 1);
    file.table(1).setSparsity(new SparsityParametersT());
    assertContains("sparse", onlyReason());
  }

  @Test
  void activations_withoutQuantization_areUncovered() {
    conv(0, 0, S8, S8, -1, 1);
    file.table(0).getQuantization().setScale(new float[0]);
    file.table(0).getQuantization().setZeroPoint(new long[0]);
    assertContains("aren't quantized", onlyReason());
  }

  @Test
  void activations_zeroPointBeyondTheirType_areUncovered() {
    conv(128, 0, S8, S8, -1, 1);
    assertContains("zero point 128", onlyReason());
  }

  @Test
  void operators_thatHideProducts_areUncoveredWithReasons() {
    int in = file.tensor("in", S8, 0.1f, 0, 1, 4);
    file.operator(BuiltinOperator.TRANSPOSE_CONV, new int[] {in}, file.tensor("a", S8, 1, 0, 1));
    file.operator(BuiltinOperator.CUSTOM, new int[] {in}, file.tensor("b", S8, 1, 0, 1));
    file.operator(BuiltinOperator.CONV_3D, new int[] {in}, file.tensor("c", S8, 1, 0, 1));
    file.operator(BuiltinOperator.SOFTMAX, new int[] {in}, file.tensor("d", S8, 1, 0, 1));
    assertEquals(
        List.of("a TRANSPOSE_CONV", "b My_Custom", "c CONV_3D"),
        extract().uncovered().stream().map(u -> u.layer() + " " + u.op()).toList());
  }

  @Test
  void library_withoutATemplate_givesTheReason() {
    conv(0, 0, S8, S8, -1, 1);
    TaskList tasks = Tasks.extract(file.graph(), _ -> Optional.of("no template has stride 2"));
    assertEquals(
        List.of(new UncoveredLayer("out", "CONV_2D", "no template has stride 2")),
        tasks.uncovered());
  }

  @Test
  void extract_twoLayersOfOneText_areOneTaskInOrderOfFirstUse() {
    int act = file.tensor("in", S8, 0.1f, 0, 1, 8);
    int a = file.constant("wa", S8, 0, -127, 127, 16, 8);
    int b = file.constant("wb", S8, 0, -127, 126, 16, 8);
    int c = file.constant("wc", S8, 0, -127, 126, 4, 8);
    file.dense(act, c, file.tensor("z", S8, 0.1f, 0, 1, 4), NONE);
    file.dense(act, a, file.tensor("x", S8, 0.1f, 0, 1, 16), NONE);
    file.dense(act, b, file.tensor("y", S8, 0.1f, 0, 1, 16), NONE);
    TaskList tasks = extract();
    assertEquals(
        List.of(List.of("z"), List.of("x", "y")),
        tasks.tasks().stream().map(TuningTask::layers).toList());
    assertEquals(3, tasks.uses());
  }

  @Test
  void layers_ofEqualOrMissingNames_getTheirNumber() {
    int act = file.tensor("in", S8, 0.1f, 0, 1, 8);
    int wgt = file.constant("w", S8, 0, -127, 127, 16, 8);
    file.dense(act, wgt, file.tensor("same", S8, 0.1f, 0, 1, 16), NONE);
    file.dense(act, wgt, file.tensor("same", S8, 0.1f, 0, 1, 16), NONE);
    file.dense(act, wgt, file.tensor("", S8, 0.1f, 0, 1, 16), NONE);
    assertEquals(
        List.of("same#0", "same#1", "FULLY_CONNECTED#2"), extract().tasks().getFirst().layers());
  }
}
