package dev.octune.tuner.graph;

import dev.octune.tuner.graph.Contents.Computed;
import dev.octune.tuner.graph.Contents.Constant;
import dev.octune.tuner.graph.Contents.Elsewhere;
import dev.octune.tuner.graph.Contents.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads TFLite files: FlatBuffers with identifier TFL3, after TFLite's schema.fbs version 3. Not
 * thread-safe.
 *
 * <p>Fields are read by their position in the schema's tables rather than through generated
 * classes: these read unchecked offsets, and know nothing of fields newer than themselves. Nothing
 * here recurses: the tables that are read nest to a fixed depth, so cyclic offsets can't hang it.
 */
final class TfliteReader {
  static final String IDENTIFIER = "TFL3";
  static final int IDENTIFIER_AT_BYTE = 4;

  /** Root offset and identifier. */
  static final int MIN_FILE_BYTES = 8;

  // Limits that no published network comes near; they bound the memory a hostile file can take.
  private static final int MAX_SUBGRAPHS = 1 << 10;
  private static final int MAX_OPERATOR_CODES = 1 << 12;
  private static final int MAX_OPERATORS = 1 << 16;
  private static final int MAX_TENSORS = 1 << 18;
  private static final int MAX_BUFFERS = 1 << 18;

  /** Inputs or outputs of one operator or graph: a concatenation of hundreds exists. */
  private static final int MAX_OPERANDS = 1 << 12;

  /** Scales of one tensor. */
  private static final int MAX_CHANNELS = 1 << 20;

  /** Joined names of fused operators reach a few hundred bytes. */
  private static final int MAX_NAME_BYTES = 1 << 14;

  /** TFLite's own kernels stop at 6 or 8. */
  private static final int MAX_RANK = 8;

  /** Elements of one tensor: beyond the memory of any device that runs TFLite. */
  private static final long MAX_ELEMENTS = 1L << 40;

  private final FlatFile file;
  private final List<Tensor> tensors = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final List<Integer> inputs = new ArrayList<>();
  private final List<Integer> outputs = new ArrayList<>();

  /** An operator that has no layer name yet. */
  private record Step(
      String op, List<OptionalInt> inputs, List<Integer> outputs, Operator.Attributes attributes) {}

  private record Code(int number, String name) {}

  private TfliteReader(String source, byte[] bytes) {
    this.file = new FlatFile(source, bytes);
  }

  /**
   * @throws ModelFileException where anything of it is not as the schema says
   */
  static QuantizedGraph read(String source, byte[] bytes) {
    return new TfliteReader(source, bytes).readModel();
  }

  private QuantizedGraph readModel() {
    FlatTable model = file.root("model");
    long version = model.u32(0, "version", 0);
    if (version != 3) {
      throw model.problem(
          "schema version %d, only 3 is read".formatted(version),
          "export the model with a TFLite converter of 2018 or later");
    }
    List<Code> codes = readOperatorCodes(model);
    List<Contents> buffers = readBuffers(model);
    List<FlatTable> subgraphs = model.tables(2, "subgraphs", MAX_SUBGRAPHS);
    if (subgraphs.isEmpty()) {
      throw model.damaged("it has no subgraph");
    }
    for (FlatTable subgraph : subgraphs) {
      readSubgraph(subgraph, codes, buffers);
    }
    return new QuantizedGraph(file.source(), tensors, nameLayers(), inputs, outputs);
  }

  private List<Code> readOperatorCodes(FlatTable model) {
    List<Code> codes = new ArrayList<>();
    for (FlatTable code : model.tables(1, "operator_codes", MAX_OPERATOR_CODES)) {
      // The first field was a byte; codes above 127 stand in the last one.
      int number =
          Math.max(code.s8(0, "deprecated_builtin_code", 0), code.s32(3, "builtin_code", 0));
      String custom = code.string(1, "custom_code", MAX_NAME_BYTES);
      boolean isCustom = number == TfliteOptions.CUSTOM && !custom.isEmpty();
      codes.add(new Code(number, isCustom ? custom : TfliteOperators.name(number)));
    }
    return codes;
  }

  private List<Contents> readBuffers(FlatTable model) {
    List<Contents> buffers = new ArrayList<>();
    for (FlatTable buffer : model.tables(4, "buffers", MAX_BUFFERS)) {
      long offset = buffer.s64(1, "offset", 0);
      FlatVector data = buffer.data(0, "data");
      if (data.count() > 0) {
        buffers.add(new Constant(new ConstantData(file.bytes(), data.start(), data.count())));
      } else if (offset > 1) {
        buffers.add(readAppended(buffer, offset));
      } else {
        buffers.add(new Computed());
      }
    }
    return buffers;
  }

  /** Data behind the FlatBuffer, in the same file: offset and size count from the file's start. */
  private Constant readAppended(FlatTable buffer, long offset) {
    long sizeBytes = buffer.s64(2, "size", 0);
    FlatPath path = buffer.path().field("offset");
    int start = file.check(offset, sizeBytes, path);
    file.view(sizeBytes, start, path);
    return new Constant(new ConstantData(file.bytes(), start, (int) sizeBytes));
  }

  private void readSubgraph(FlatTable subgraph, List<Code> codes, List<Contents> buffers) {
    int firstTensor = tensors.size();
    List<FlatTable> tensorTables = subgraph.tables(0, "tensors", MAX_TENSORS - firstTensor);
    for (FlatTable tensor : tensorTables) {
      tensors.add(readTensor(tensor, buffers));
    }
    inputs.addAll(readIndexes(subgraph, 1, "inputs", firstTensor));
    outputs.addAll(readIndexes(subgraph, 2, "outputs", firstTensor));
    for (FlatTable operator : subgraph.tables(3, "operators", MAX_OPERATORS - steps.size())) {
      long code = operator.u32(0, "opcode_index", 0);
      if (code >= codes.size()) {
        throw operator.damaged(
            "opcode_index is %d of %d operator codes".formatted(code, codes.size()));
      }
      List<OptionalInt> operatorInputs = readOperands(operator, firstTensor);
      steps.add(
          new Step(
              codes.get((int) code).name(),
              operatorInputs,
              readIndexes(operator, 2, "outputs", firstTensor),
              TfliteOptions.read(codes.get((int) code).number(), operator, operatorInputs.size())));
    }
  }

  /** Indexes into the subgraph's tensors, as indexes into all tensors. */
  private List<Integer> readIndexes(FlatTable table, int field, String name, int firstTensor) {
    FlatVector vector = table.vector(field, name, 4, MAX_OPERANDS);
    List<Integer> indexes = new ArrayList<>();
    for (int i = 0; i < vector.count(); i++) {
      indexes.add(tensorIndex(table, vector, i, firstTensor));
    }
    return indexes;
  }

  /** As {@link #readIndexes}, but -1 stands for an optional input that is left out. */
  private List<OptionalInt> readOperands(FlatTable operator, int firstTensor) {
    FlatVector vector = operator.vector(1, "inputs", 4, MAX_OPERANDS);
    List<OptionalInt> operands = new ArrayList<>();
    for (int i = 0; i < vector.count(); i++) {
      operands.add(
          vector.s32(i) == -1
              ? OptionalInt.empty()
              : OptionalInt.of(tensorIndex(operator, vector, i, firstTensor)));
    }
    return operands;
  }

  private int tensorIndex(FlatTable table, FlatVector vector, int i, int firstTensor) {
    int index = vector.s32(i);
    int count = tensors.size() - firstTensor;
    if (index < 0 || index >= count) {
      throw table.damaged(
          "%s is tensor %d of %d".formatted(vector.path().element(i), index, count));
    }
    return firstTensor + index;
  }

  private Tensor readTensor(FlatTable tensor, List<Contents> buffers) {
    ElementType type = type(tensor.s8(1, "type", 0));
    Shape shape = readShape(tensor);
    Optional<FlatTable> quantization = tensor.table(4, "quantization");
    return new Tensor(
        tensor.string(3, "name", MAX_NAME_BYTES),
        type,
        shape,
        quantization.flatMap(TfliteReader::readQuantization),
        readContents(tensor, type, shape, buffers));
  }

  /**
   * The shape that TFLite allocates when nobody resizes an input. shape_signature holds -1 for
   * extents a caller may change; for the first axis, the batch, the shape's own value is the
   * default; for any other the value is a placeholder.
   */
  private static Shape readShape(FlatTable tensor) {
    FlatVector dims = tensor.vector(0, "shape", 4, MAX_RANK);
    FlatVector signature = tensor.vector(7, "shape_signature", 4, MAX_RANK);
    List<Integer> shape = new ArrayList<>();
    boolean dynamic = false;
    long elements = 1;
    for (int i = 0; i < dims.count(); i++) {
      int dim = dims.s32(i);
      shape.add(dim);
      if (dim < -1) {
        throw tensor.damaged("extent %d of its shape is %d".formatted(i, dim));
      }
      dynamic |= dim == -1;
      if (Math.max(dim, 1) > MAX_ELEMENTS / elements) {
        throw tensor.damaged(
            "its shape has over %d elements, the most that are read".formatted(MAX_ELEMENTS));
      }
      elements *= Math.max(dim, 1);
    }
    List<Integer> signed = new ArrayList<>();
    for (int i = 0; i < signature.count(); i++) {
      signed.add(signature.s32(i));
      dynamic |= i > 0 && signature.s32(i) < 0;
    }
    return dynamic
        ? new Shape.Dynamic((signed.isEmpty() ? shape : signed).toString())
        : new Shape.Fixed(shape);
  }

  private static Optional<Quantization> readQuantization(FlatTable table) {
    FlatVector scales = table.vector(2, "scale", 4, MAX_CHANNELS);
    FlatVector zeroPoints = table.vector(3, "zero_point", 8, MAX_CHANNELS);
    boolean affine = table.u8(4, "details_type", 0) == 0;
    if (scales.count() == 0 || !affine) {
      return Optional.empty();
    }
    if (zeroPoints.count() != 0 && zeroPoints.count() != scales.count()) {
      throw table.damaged(
          "%d scales with %d zero points".formatted(scales.count(), zeroPoints.count()));
    }
    List<Float> scale = new ArrayList<>(scales.count());
    List<Long> zeroPoint = new ArrayList<>(scales.count());
    for (int i = 0; i < scales.count(); i++) {
      scale.add(scales.f32(i));
      zeroPoint.add(zeroPoints.count() == 0 ? 0L : zeroPoints.s64(i));
    }
    return Optional.of(new Quantization(scale, zeroPoint, table.s32(6, "quantized_dimension", 0)));
  }

  private static Contents readContents(
      FlatTable tensor, ElementType type, Shape shape, List<Contents> buffers) {
    long buffer = tensor.u32(2, "buffer", 0);
    if (buffer >= Math.max(1, buffers.size())) {
      throw tensor.damaged("its buffer is %d of %d".formatted(buffer, buffers.size()));
    }
    if (tensor.has(6)) {
      return new Elsewhere("they are stored sparse");
    }
    if (tensor.u32(10, "external_buffer", 0) != 0) {
      return new Elsewhere("they stand in a file beside the model");
    }
    if (tensor.bool(5, "is_variable")) {
      return new Variable();
    }
    Contents contents = buffers.isEmpty() ? new Computed() : buffers.get((int) buffer);
    if (contents instanceof Constant(ConstantData data)
        && shape instanceof Shape.Fixed fixed
        && type.bits() != 0) {
      long sizeBytes = (fixed.elements() * type.bits() + 7) / 8;
      if (sizeBytes != data.sizeBytes()) {
        throw tensor.damaged(
            "%s%s takes %d bytes, its buffer has %d"
                .formatted(type.text(), fixed, sizeBytes, data.sizeBytes()));
      }
    }
    return contents;
  }

  private List<Operator> nameLayers() {
    Map<String, Integer> uses = new HashMap<>();
    for (Step step : steps) {
      uses.merge(outputName(step), 1, Integer::sum);
    }
    List<Operator> operators = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      String name = outputName(step);
      // A '#' inside a name could make two layers equal, so such names get their number as well.
      boolean unique = !name.isEmpty() && uses.getOrDefault(name, 0) == 1 && name.indexOf('#') < 0;
      String layer = unique ? name : (name.isEmpty() ? step.op() : name) + "#" + i;
      operators.add(
          new Operator(step.op(), layer, step.inputs(), step.outputs(), step.attributes()));
    }
    return operators;
  }

  private String outputName(Step step) {
    return step.outputs().isEmpty() ? "" : tensors.get(step.outputs().getFirst()).name();
  }

  /** Enum TensorType of the schema. */
  private static ElementType type(int code) {
    return switch (code) {
      case 0 -> ElementType.FLOAT32;
      case 1 -> ElementType.FLOAT16;
      case 2 -> ElementType.INT32;
      case 3 -> ElementType.UINT8;
      case 4 -> ElementType.INT64;
      case 6 -> ElementType.BOOL;
      case 7 -> ElementType.INT16;
      case 8 -> ElementType.COMPLEX64;
      case 9 -> ElementType.INT8;
      case 10 -> ElementType.FLOAT64;
      case 11 -> ElementType.COMPLEX128;
      case 12 -> ElementType.UINT64;
      case 15 -> ElementType.UINT32;
      case 16 -> ElementType.UINT16;
      case 17 -> ElementType.INT4;
      case 18 -> ElementType.BFLOAT16;
      case 19 -> ElementType.INT2;
      case 20 -> ElementType.UINT4;
      default -> ElementType.OTHER;
    };
  }
}
