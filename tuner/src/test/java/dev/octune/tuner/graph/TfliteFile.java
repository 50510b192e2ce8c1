package dev.octune.tuner.graph;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.lite.schema.BatchMatMulOptionsT;
import org.tensorflow.lite.schema.BufferT;
import org.tensorflow.lite.schema.BuiltinOperator;
import org.tensorflow.lite.schema.BuiltinOptions;
import org.tensorflow.lite.schema.BuiltinOptionsUnion;
import org.tensorflow.lite.schema.Conv2DOptionsT;
import org.tensorflow.lite.schema.DepthwiseConv2DOptionsT;
import org.tensorflow.lite.schema.FullyConnectedOptionsT;
import org.tensorflow.lite.schema.Model;
import org.tensorflow.lite.schema.ModelT;
import org.tensorflow.lite.schema.OperatorCodeT;
import org.tensorflow.lite.schema.OperatorT;
import org.tensorflow.lite.schema.QuantizationParametersT;
import org.tensorflow.lite.schema.SubGraphT;
import org.tensorflow.lite.schema.TensorT;
import org.tensorflow.lite.schema.TensorType;

/**
 * Writes small TFLite files with the generated schema classes: tensors first, then operators on
 * their indexes. Not thread-safe.
 */
public final class TfliteFile {
  public static final byte S8 = TensorType.INT8;
  public static final byte U8 = TensorType.UINT8;

  private final List<TensorT> tensors = new ArrayList<>();
  private final List<BufferT> buffers = new ArrayList<>();
  private final List<OperatorCodeT> codes = new ArrayList<>();
  private final List<OperatorT> operators = new ArrayList<>();
  private int[] inputs = {};

  public TfliteFile() {
    buffers.add(buffer());
  }

  /** A computed tensor quantized as a whole. */
  public int tensor(String name, byte type, float scale, long zeroPoint, int... shape) {
    TensorT tensor = new TensorT();
    tensor.setName(name);
    tensor.setType(type);
    tensor.setShape(shape);
    tensor.setQuantization(quantization(new float[] {scale}, new long[] {zeroPoint}, 0));
    tensors.add(tensor);
    return tensors.size() - 1;
  }

  /** A constant tensor, one byte an element, with one scale and this zero point. */
  public int constant(String name, byte type, long zeroPoint, byte[] data, int... shape) {
    int tensor = tensor(name, type, 0.01f, zeroPoint, shape);
    tensors.get(tensor).setBuffer(buffers.size());
    BufferT buffer = buffer();
    buffer.setData(IntStream.range(0, data.length).map(i -> data[i] & 0xff).toArray());
    buffers.add(buffer);
    return tensor;
  }

  /** A constant of the right size that runs through the values min..max. */
  public int constant(String name, byte type, long zeroPoint, int min, int max, int... shape) {
    byte[] data = new byte[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (min + i % (max - min + 1));
    }
    return constant(name, type, zeroPoint, data, shape);
  }

  /** The tensor's table, to be changed before the file is written. */
  public TensorT table(int tensor) {
    return tensors.get(tensor);
  }

  public void perChannel(int tensor, int axis, long... zeroPoints) {
    float[] scales = new float[zeroPoints.length];
    Arrays.fill(scales, 0.01f);
    tensors.get(tensor).setQuantization(quantization(scales, zeroPoints, axis));
  }

  public void inputs(int... newInputs) {
    inputs = newInputs;
  }

  /** Adds an operator; options may be null in the file, so a type of NONE leaves them out. */
  public void operator(int code, byte optionsType, Object options, int[] in, int... out) {
    OperatorCodeT operatorCode = new OperatorCodeT();
    operatorCode.setDeprecatedBuiltinCode((byte) Math.min(code, 127));
    operatorCode.setBuiltinCode(code);
    operatorCode.setVersion(1);
    if (code == BuiltinOperator.CUSTOM) {
      operatorCode.setCustomCode("My_Custom");
    }
    codes.add(operatorCode);
    OperatorT operator = new OperatorT();
    operator.setOpcodeIndex(codes.size() - 1);
    operator.setInputs(in);
    operator.setOutputs(out);
    if (optionsType != BuiltinOptions.NONE) {
      BuiltinOptionsUnion union = new BuiltinOptionsUnion();
      union.setType(optionsType);
      union.setValue(options);
      operator.setBuiltinOptions(union);
    }
    operators.add(operator);
  }

  /** An operator whose options don't matter. */
  public void operator(int code, int[] in, int... out) {
    operator(code, BuiltinOptions.NONE, new Object(), in, out);
  }

  /**
   * CONV_2D.
   *
   * @param padding org.tensorflow.lite.schema.Padding
   * @param activation org.tensorflow.lite.schema.ActivationFunctionType
   */
  public void conv(
      int act, int wgt, int out, byte padding, int stride, int dilation, byte activation) {
    Conv2DOptionsT options = new Conv2DOptionsT();
    options.setPadding(padding);
    options.setStrideH(stride);
    options.setStrideW(stride);
    options.setDilationHFactor(dilation);
    options.setDilationWFactor(dilation);
    options.setFusedActivationFunction(activation);
    operator(
        BuiltinOperator.CONV_2D, BuiltinOptions.Conv2DOptions, options, new int[] {act, wgt}, out);
  }

  /** DEPTHWISE_CONV_2D without dilation. */
  public void depthwise(int act, int wgt, int out, byte padding, int stride, int multiplier) {
    DepthwiseConv2DOptionsT options = new DepthwiseConv2DOptionsT();
    options.setPadding(padding);
    options.setStrideH(stride);
    options.setStrideW(stride);
    options.setDepthMultiplier(multiplier);
    options.setDilationHFactor(1);
    options.setDilationWFactor(1);
    operator(
        BuiltinOperator.DEPTHWISE_CONV_2D,
        BuiltinOptions.DepthwiseConv2DOptions,
        options,
        new int[] {act, wgt},
        out);
  }

  /** FULLY_CONNECTED without bias. */
  public void dense(int act, int wgt, int out, byte activation) {
    FullyConnectedOptionsT options = new FullyConnectedOptionsT();
    options.setFusedActivationFunction(activation);
    operator(
        BuiltinOperator.FULLY_CONNECTED,
        BuiltinOptions.FullyConnectedOptions,
        options,
        new int[] {act, wgt, -1},
        out);
  }

  /** BATCH_MATMUL. */
  public void matmul(int left, int right, int out, boolean adjX, boolean adjY) {
    BatchMatMulOptionsT options = new BatchMatMulOptionsT();
    options.setAdjX(adjX);
    options.setAdjY(adjY);
    operator(
        BuiltinOperator.BATCH_MATMUL,
        BuiltinOptions.BatchMatMulOptions,
        options,
        new int[] {left, right},
        out);
  }

  /** The file. */
  public byte[] bytes() {
    SubGraphT subgraph = new SubGraphT();
    subgraph.setName("main");
    subgraph.setTensors(tensors.toArray(TensorT[]::new));
    subgraph.setInputs(inputs);
    subgraph.setOutputs(new int[0]);
    subgraph.setOperators(operators.toArray(OperatorT[]::new));
    ModelT model = new ModelT();
    model.setVersion(3);
    model.setDescription("test");
    model.setOperatorCodes(codes.toArray(OperatorCodeT[]::new));
    model.setBuffers(buffers.toArray(BufferT[]::new));
    model.setSubgraphs(new SubGraphT[] {subgraph});
    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    Model.finishModelBuffer(builder, Model.pack(builder, model));
    return builder.sizedByteArray();
  }

  /** The file, read. */
  public QuantizedGraph graph() {
    return read(bytes());
  }

  /** Reads a file from memory. */
  public static QuantizedGraph read(byte[] bytes) {
    return ModelFile.read("test.tflite", bytes);
  }

  private static BufferT buffer() {
    BufferT buffer = new BufferT();
    buffer.setData(new int[0]);
    return buffer;
  }

  private static QuantizationParametersT quantization(float[] scales, long[] zeroPoints, int axis) {
    QuantizationParametersT quantization = new QuantizationParametersT();
    quantization.setScale(scales);
    quantization.setZeroPoint(zeroPoints);
    quantization.setQuantizedDimension(axis);
    quantization.setMin(new float[] {0});
    quantization.setMax(new float[] {1});
    return quantization;
  }
}
