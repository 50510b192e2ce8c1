package dev.octune.tuner.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.lite.schema.BuiltinOperator;
import org.tensorflow.lite.schema.Conv2DOptions;
import org.tensorflow.lite.schema.Model;
import org.tensorflow.lite.schema.OperatorCodeT;
import org.tensorflow.lite.schema.Padding;
import org.tensorflow.lite.schema.QuantizationParameters;
import org.tensorflow.lite.schema.SubGraph;
import org.tensorflow.lite.schema.TensorType;

class TfliteReaderTest {
  @TempDir private Path folder = Path.of("");

  private static TfliteFile small() {
    TfliteFile file = new TfliteFile();
    int act = file.tensor("in", TfliteFile.S8, 0.1f, 0, 1, 4, 4, 3);
    int wgt = file.constant("w", TfliteFile.S8, 0, -127, 127, 5, 3, 3, 3);
    int out = file.tensor("out", TfliteFile.S8, 0.1f, 0, 1, 4, 4, 5);
    file.inputs(act);
    file.conv(act, wgt, out, Padding.SAME, 1, 1, (byte) 1);
    return file;
  }

  private static String failure(byte[] bytes) {
    return String.valueOf(
        assertThrows(ModelFileException.class, () -> TfliteFile.read(bytes)).getMessage());
  }

  private static void assertContains(String part, String text) {
    assertTrue(text.contains(part), () -> "'" + part + "' is not in: " + text);
  }

  @Test
  void read_everyModelOfTheManifest_agreesWithTheGeneratedClasses() throws IOException {
    List<Models.Listed> models = Models.tflite();
    assumeFalse(models.isEmpty(), "no models at " + Models.folder());
    for (Models.Listed model : models) {
      byte[] bytes = Files.readAllBytes(Models.path(model.file()));
      QuantizedGraph graph = ModelFile.read(Models.path(model.file()));
      Model expected = Model.getRootAsModel(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
      assertEquals(1, expected.subgraphsLength(), "the oracle below knows one subgraph");
      SubGraph subgraph = expected.subgraphs(0);
      assertEquals(subgraph.tensorsLength(), graph.tensors().size());
      assertEquals(subgraph.operatorsLength(), graph.operators().size());
      assertEquals(indexes(subgraph.inputsLength(), subgraph::inputs), graph.inputs());
      assertEquals(indexes(subgraph.outputsLength(), subgraph::outputs), graph.outputs());
      for (int i = 0; i < subgraph.tensorsLength(); i++) {
        assertTensor(expected, subgraph.tensors(i), graph.tensors().get(i), model + " tensor " + i);
      }
      for (int i = 0; i < subgraph.operatorsLength(); i++) {
        assertOperator(expected, subgraph.operators(i), graph.operators().get(i));
      }
    }
  }

  private static void assertTensor(
      Model model, org.tensorflow.lite.schema.Tensor expected, Tensor tensor, String where) {
    assertEquals(expected.name() == null ? "" : expected.name(), tensor.name(), where);
    assertEquals(TensorType.name(expected.type()), tensor.type().name(), where);
    assertEquals(
        new Shape.Fixed(indexes(expected.shapeLength(), expected::shape)), tensor.shape(), where);
    QuantizationParameters quantization = expected.quantization();
    assertEquals(
        quantization != null && quantization.scaleLength() > 0,
        tensor.quantization().isPresent(),
        where);
    tensor
        .quantization()
        .ifPresent(
            read -> {
              assertEquals(quantization.scaleLength(), read.scales().size(), where);
              for (int c = 0; c < read.scales().size(); c++) {
                assertEquals(quantization.scale(c), read.scales().get(c), where);
                assertEquals(quantization.zeroPoint(c), read.zeroPoints().get(c), where);
              }
              assertEquals(quantization.quantizedDimension(), read.axis(), where);
            });
    org.tensorflow.lite.schema.Buffer buffer = model.buffers((int) expected.buffer());
    if (tensor.contents() instanceof Contents.Constant(ConstantData data)) {
      assertEquals(buffer.dataLength(), data.sizeBytes(), where);
      for (int i = 0; i < data.sizeBytes(); i += 7) {
        assertEquals((byte) buffer.data(i), data.at(i), where);
      }
    } else {
      assertEquals(0, buffer.dataLength(), where);
    }
  }

  private static void assertOperator(
      Model model, org.tensorflow.lite.schema.Operator expected, Operator operator) {
    int code =
        Math.max(
            model.operatorCodes((int) expected.opcodeIndex()).builtinCode(),
            model.operatorCodes((int) expected.opcodeIndex()).deprecatedBuiltinCode());
    assertEquals(BuiltinOperator.name(code), operator.op());
    assertEquals(
        indexes(expected.inputsLength(), expected::inputs),
        operator.inputs().stream().map(input -> input.orElse(-1)).toList());
    assertEquals(indexes(expected.outputsLength(), expected::outputs), operator.outputs());
    if (operator.attributes() instanceof Operator.Conv2d conv) {
      Conv2DOptions options = (Conv2DOptions) expected.builtinOptions(new Conv2DOptions());
      assertEquals(
          new Operator.Sliding(
              options.padding() == Padding.SAME,
              options.strideH(),
              options.strideW(),
              options.dilationHFactor(),
              options.dilationWFactor()),
          conv.sliding());
    }
  }

  private static List<Integer> indexes(int count, IntUnaryOperator at) {
    return IntStream.range(0, count).map(at).boxed().toList();
  }

  @Test
  void name_ofEveryOperatorCode_isTheGeneratedOne() {
    for (int code = 0; code < BuiltinOperator.names.length; code++) {
      assertEquals(BuiltinOperator.name(code), TfliteOperators.name(code));
    }
    assertEquals("COMPLEX", TfliteOperators.name(207));
    assertEquals("BUILTIN_208", TfliteOperators.name(208));
  }

  @Test
  void read_missingFile_saysSo() {
    String message =
        String.valueOf(
            assertThrows(
                    ModelFileException.class, () -> ModelFile.read(folder.resolve("no.tflite")))
                .getMessage());
    assertContains("no.tflite: there is no such file. Mend: check the path", message);
  }

  @Test
  void read_folder_saysSo() {
    String message =
        String.valueOf(
            assertThrows(ModelFileException.class, () -> ModelFile.read(folder)).getMessage());
    assertContains("this is no regular file", message);
  }

  @Test
  void read_fileBeyondTheLimit_isRefusedUnread() throws IOException {
    Path path = folder.resolve("huge.tflite");
    try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
      sparse.setLength(ModelFile.MAX_FILE_BYTES + 1L);
    }
    String message =
        String.valueOf(
            assertThrows(ModelFileException.class, () -> ModelFile.read(path)).getMessage());
    assertContains("it has 268435457 bytes, at most 268435456 are read", message);
  }

  @Test
  void read_controlCharactersInAName_areReplaced() {
    TfliteFile file = small();
    file.table(2).setName("\u001b[2Jout\n");
    assertEquals("\ufffd[2Jout\ufffd", file.graph().operators().getFirst().layer());
  }

  @Test
  void read_otherFormats_namesWhatIsRead() throws IOException {
    for (String[] nameAndText :
        new String[][] {
          {"net.onnx", "\b\007\022\007pytorch", "ONNX"},
          {"net.pt", "PK\003\004 and so on", "zip archive"},
          {"net.json", "{\"nodes\": []}", "JSON"},
          {"net.tflite", "something else", "TFL3 is missing"},
          {"net.tflite", "", "empty"},
          {"net.tflite", "TFL3", "too few"},
        }) {
      Path path = folder.resolve(nameAndText[0]);
      Files.write(path, nameAndText[1].getBytes(StandardCharsets.ISO_8859_1));
      String message =
          String.valueOf(
              assertThrows(ModelFileException.class, () -> ModelFile.read(path)).getMessage());
      assertContains(nameAndText[2], message);
      assertContains("Mend: give a .tflite file", message);
    }
  }

  @Test
  void read_everyTruncationOfASmallFile_isRefusedOrHasTheSameGraph() {
    byte[] bytes = small().bytes();
    int refused = 0;
    for (int size = 0; size < bytes.length; size++) {
      byte[] cut = Arrays.copyOf(bytes, size);
      try {
        assertEquals(1, TfliteFile.read(cut).operators().size());
      } catch (ModelFileException e) {
        refused++;
      }
    }
    // What may be missing is padding behind the last thing that is read.
    assertTrue(refused >= bytes.length - 8, refused + " of " + bytes.length);
  }

  @Test
  void read_otherSchemaVersion_isRefused() {
    byte[] bytes = small().bytes();
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int root = file.getInt(0);
    int vtable = root - file.getInt(root);
    file.putInt(root + file.getShort(vtable + 4), 4);
    assertContains("schema version 4, only 3 is read", failure(bytes));
  }

  @Test
  void read_rootOutsideTheFile_namesByteAndPath() {
    byte[] bytes = small().bytes();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0, bytes.length);
    assertEquals(
        "Model test.tflite, byte 0, model: an offset of %d leads out of the file. Mend: the file is damaged or cut short, fetch or export it again"
            .formatted(bytes.length),
        failure(bytes));
  }

  @Test
  void read_rootThatIsItsOwnVtable_isRefused() {
    byte[] bytes = small().bytes();
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(file.getInt(0), 0);
    assertContains("model", failure(bytes));
  }

  @Test
  void read_tensorIndexOutOfRange_isRefused() {
    for (int index : new int[] {-2, 3, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      TfliteFile file = small();
      file.operator(BuiltinOperator.RESHAPE, new int[] {index}, 0);
      assertContains(
          "model.subgraphs[0].operators[1].inputs[0] is tensor " + index + " of 3",
          failure(file.bytes()));
    }
    TfliteFile file = small();
    file.operator(BuiltinOperator.RESHAPE, new int[] {0}, -1);
    assertContains("outputs[0] is tensor -1 of 3", failure(file.bytes()));
  }

  @Test
  void read_optionalInput_isEmpty() {
    TfliteFile file = small();
    file.operator(BuiltinOperator.RESHAPE, new int[] {0, -1}, 1);
    assertEquals(
        List.of(OptionalInt.of(0), OptionalInt.empty()), file.graph().operators().get(1).inputs());
  }

  @Test
  void read_shapeWhoseProductOverflows_isRefused() {
    for (int[] shape :
        new int[][] {
          {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE},
          {1 << 30, 1 << 30, 16},
          {0, Integer.MAX_VALUE, Integer.MAX_VALUE},
        }) {
      TfliteFile file = small();
      file.table(0).setShape(shape);
      assertContains("over 1099511627776 elements", failure(file.bytes()));
    }
  }

  @Test
  void read_negativeExtent_isRefused() {
    TfliteFile file = small();
    file.table(0).setShape(new int[] {1, -2, 4, 3});
    assertContains("extent 1 of its shape is -2", failure(file.bytes()));
  }

  @Test
  void read_tooManyAxes_isRefused() {
    TfliteFile file = small();
    file.table(0).setShape(new int[9]);
    assertContains("shape: 9 elements, at most 8 are read", failure(file.bytes()));
  }

  @Test
  void read_constantOfTheWrongSize_isRefused() {
    TfliteFile file = small();
    file.table(1).setShape(new int[] {5, 3, 3, 4});
    assertContains("int8[5, 3, 3, 4] takes 180 bytes, its buffer has 135", failure(file.bytes()));
  }

  @Test
  void read_bufferOutOfRange_isRefused() {
    TfliteFile file = small();
    file.table(1).setBuffer(0xffffffffL);
    assertContains("its buffer is 4294967295 of 2", failure(file.bytes()));
  }

  @Test
  void read_scalesWithoutTheirZeroPoints_isRefused() {
    TfliteFile file = small();
    file.table(1).getQuantization().setZeroPoint(new long[2]);
    assertContains("1 scales with 2 zero points", failure(file.bytes()));
  }

  @Test
  void read_vectorLongerThanTheFile_isRefused() {
    byte[] bytes = small().bytes();
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int at = indexOf(bytes, "out") - 4;
    assertEquals(3, file.getInt(at), "the length before the name");
    file.putInt(at, 10_000);
    assertContains("10000 bytes at", failure(bytes));
    file.putInt(at, -1);
    assertContains("4294967295 elements, at most", failure(bytes));
  }

  @Test
  void read_tensorsThatShareOneLongName_areRefusedByWhatTheyDecode() {
    FlatBufferBuilder builder = new FlatBufferBuilder(1 << 16);
    int name = builder.createString("x".repeat(10_000));
    org.tensorflow.lite.schema.Tensor.startTensor(builder);
    org.tensorflow.lite.schema.Tensor.addName(builder, name);
    assertContains("decode to over", failure(withOneTensorOften(builder, 10_000)));
  }

  /** The file has 12 MB; unbounded, its tensors would have a thousand million boxed scales. */
  @Test
  void read_tensorsThatShareAMillionScales_areRefusedByWhatTheyDecode() {
    FlatBufferBuilder builder = new FlatBufferBuilder(16 << 20);
    int scales = QuantizationParameters.createScaleVector(builder, new float[1 << 20]);
    int zeros = QuantizationParameters.createZeroPointVector(builder, new long[1 << 20]);
    QuantizationParameters.startQuantizationParameters(builder);
    QuantizationParameters.addScale(builder, scales);
    QuantizationParameters.addZeroPoint(builder, zeros);
    int quantization = QuantizationParameters.endQuantizationParameters(builder);
    org.tensorflow.lite.schema.Tensor.startTensor(builder);
    org.tensorflow.lite.schema.Tensor.addQuantization(builder, quantization);
    assertContains("decode to over 33554432 bytes", failure(withOneTensorOften(builder, 1000)));
  }

  /** Ends the tensor that has been started, and lists it so often in the one subgraph. */
  private static byte[] withOneTensorOften(FlatBufferBuilder builder, int count) {
    int[] tensors = new int[count];
    Arrays.fill(tensors, org.tensorflow.lite.schema.Tensor.endTensor(builder));
    int tensorVector = SubGraph.createTensorsVector(builder, tensors);
    SubGraph.startSubGraph(builder);
    SubGraph.addTensors(builder, tensorVector);
    int subgraph = SubGraph.endSubGraph(builder);
    int subgraphs = Model.createSubgraphsVector(builder, new int[] {subgraph});
    Model.startModel(builder);
    Model.addVersion(builder, 3);
    Model.addSubgraphs(builder, subgraphs);
    Model.finishModelBuffer(builder, Model.endModel(builder));
    return builder.sizedByteArray();
  }

  @Test
  void read_weightsAppendedBehindTheFlatBuffer_areTaken() {
    byte[] weights = {1, 2, 3, 4, 5, 6};
    byte[] structure = withAppendedBuffer(0, 6, 0);
    byte[] bytes = withAppendedBuffer(structure.length, 6, 0);
    assertEquals(structure.length, bytes.length);
    byte[] file = Arrays.copyOf(bytes, bytes.length + weights.length);
    System.arraycopy(weights, 0, file, bytes.length, weights.length);
    Contents contents = TfliteFile.read(file).tensors().getFirst().contents();
    if (contents instanceof Contents.Constant(ConstantData data)) {
      assertEquals(6, data.sizeBytes());
      assertEquals(6, data.at(5));
    } else {
      assertEquals(Contents.Constant.class, contents.getClass());
    }
    assertContains("outside the file", failure(bytes));
    for (long[] range : new long[][] {{Long.MAX_VALUE, 6}, {2, Long.MAX_VALUE}, {2, -1}}) {
      assertContains("outside the file", failure(withAppendedBuffer(range[0], range[1], 0)));
    }
  }

  @Test
  void read_weightsInAnExternalBuffer_areElsewhere() {
    assertEquals(
        new Contents.Elsewhere("they stand in a file beside the model"),
        TfliteFile.read(withAppendedBuffer(0, 0, 1)).tensors().getFirst().contents());
  }

  /** Fields newer than the generated classes, by their position in the schema. */
  private static byte[] withAppendedBuffer(long offset, long sizeBytes, int externalBuffer) {
    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    builder.forceDefaults(true);
    builder.startTable(3);
    int empty = builder.endTable();
    builder.startTable(3);
    builder.addLong(1, offset, 0);
    builder.addLong(2, sizeBytes, 0);
    int appended = builder.endTable();
    int buffers = Model.createBuffersVector(builder, new int[] {empty, appended});
    int shape = org.tensorflow.lite.schema.Tensor.createShapeVector(builder, new int[] {2, 3});
    builder.startTable(11);
    builder.addOffset(0, shape, 0);
    builder.addByte(1, TensorType.INT8, 0);
    builder.addInt(2, 1, 0);
    builder.addInt(10, externalBuffer, 0);
    int tensor = builder.endTable();
    int tensors = SubGraph.createTensorsVector(builder, new int[] {tensor});
    SubGraph.startSubGraph(builder);
    SubGraph.addTensors(builder, tensors);
    int subgraph = SubGraph.endSubGraph(builder);
    int subgraphs = Model.createSubgraphsVector(builder, new int[] {subgraph});
    Model.startModel(builder);
    Model.addVersion(builder, 3);
    Model.addSubgraphs(builder, subgraphs);
    Model.addBuffers(builder, buffers);
    Model.finishModelBuffer(builder, Model.endModel(builder));
    return builder.sizedByteArray();
  }

  /** Bodies of control flow stand behind the main graph, their tensors renumbered. */
  @Test
  void read_secondSubgraph_isAppended() {
    FlatBufferBuilder builder = new FlatBufferBuilder(1024);
    OperatorCodeT code = new OperatorCodeT();
    code.setBuiltinCode(BuiltinOperator.RESHAPE);
    int codes =
        Model.createOperatorCodesVector(
            builder, new int[] {org.tensorflow.lite.schema.OperatorCode.pack(builder, code)});
    List<Integer> subgraphs = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int name = builder.createString("t");
      org.tensorflow.lite.schema.Tensor.startTensor(builder);
      org.tensorflow.lite.schema.Tensor.addName(builder, name);
      int tensor = org.tensorflow.lite.schema.Tensor.endTensor(builder);
      int tensors = SubGraph.createTensorsVector(builder, new int[] {tensor});
      int zero = SubGraph.createInputsVector(builder, new int[] {0});
      org.tensorflow.lite.schema.Operator.startOperator(builder);
      org.tensorflow.lite.schema.Operator.addOutputs(builder, zero);
      int operator = org.tensorflow.lite.schema.Operator.endOperator(builder);
      int operators = SubGraph.createOperatorsVector(builder, new int[] {operator});
      SubGraph.startSubGraph(builder);
      SubGraph.addTensors(builder, tensors);
      SubGraph.addInputs(builder, zero);
      SubGraph.addOperators(builder, operators);
      subgraphs.add(SubGraph.endSubGraph(builder));
    }
    int vector =
        Model.createSubgraphsVector(builder, subgraphs.stream().mapToInt(s -> s).toArray());
    Model.startModel(builder);
    Model.addVersion(builder, 3);
    Model.addOperatorCodes(builder, codes);
    Model.addSubgraphs(builder, vector);
    Model.finishModelBuffer(builder, Model.endModel(builder));
    QuantizedGraph graph = TfliteFile.read(builder.sizedByteArray());
    assertEquals(List.of(0, 1), graph.inputs());
    assertEquals(List.of(1), graph.operators().get(1).outputs());
    assertEquals(List.of("t#0", "t#1"), graph.operators().stream().map(Operator::layer).toList());
  }

  private static int indexOf(byte[] bytes, String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
  }
}
