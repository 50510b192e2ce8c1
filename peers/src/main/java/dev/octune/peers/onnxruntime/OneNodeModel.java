package dev.octune.peers.onnxruntime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * An ONNX model of one node: input {@code x}, constants, output {@code y}. Field numbers are those
 * of onnx.proto of IR version 8. Not thread-safe.
 */
final class OneNodeModel {
  static final int FLOAT = 1;
  static final int UINT8 = 2;
  static final int INT8 = 3;
  static final int INT32 = 6;

  private static final int IR_VERSION = 8;
  private static final int ONNX_OPSET = 17;
  private static final String MICROSOFT = "com.microsoft";

  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_INTS = 7;

  private final String operator;
  private final boolean microsoft;
  private final List<String> inputs = new ArrayList<>();
  private final List<Message> attributes = new ArrayList<>();
  private final List<Message> constants = new ArrayList<>();

  private OneNodeModel(String operator, boolean microsoft) {
    this.operator = operator;
    this.microsoft = microsoft;
  }

  /** A node of ONNX's own operators. */
  static OneNodeModel of(String operator) {
    return new OneNodeModel(operator, false);
  }

  /** A node of ONNX Runtime's own operators. */
  static OneNodeModel ofMicrosoft(String operator) {
    return new OneNodeModel(operator, true);
  }

  /** The input that is given at each run. */
  OneNodeModel input() {
    inputs.add("x");
    return this;
  }

  OneNodeModel constant(String name, int type, long[] dims, byte[] values) {
    inputs.add(name);
    Message tensor = new Message();
    for (long dim : dims) {
      tensor.number(1, dim);
    }
    constants.add(tensor.number(2, type).text(8, name).bytes(9, values));
    return this;
  }

  OneNodeModel scalar(String name, int type, int value) {
    return constant(name, type, new long[0], new byte[] {(byte) value});
  }

  OneNodeModel scalar(String name, float value) {
    byte[] bytes =
        ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array();
    return constant(name, FLOAT, new long[0], bytes);
  }

  OneNodeModel attribute(String name, long value) {
    attributes.add(new Message().text(1, name).number(3, value).number(20, ATTRIBUTE_INT));
    return this;
  }

  OneNodeModel attribute(String name, long[] values) {
    Message attribute = new Message().text(1, name);
    for (long value : values) {
      attribute.number(8, value);
    }
    attributes.add(attribute.number(20, ATTRIBUTE_INTS));
    return this;
  }

  /** The model's bytes. */
  byte[] bytes(int xType, long[] xDims, int yType, long[] yDims) {
    Message node = new Message();
    inputs.forEach(input -> node.text(1, input));
    node.text(2, "y").text(3, "node").text(4, operator);
    attributes.forEach(attribute -> node.message(5, attribute));
    node.text(7, microsoft ? MICROSOFT : "");
    Message graph = new Message().message(1, node).text(2, "bench");
    constants.forEach(constant -> graph.message(5, constant));
    graph.message(11, value("x", xType, xDims)).message(12, value("y", yType, yDims));
    return new Message()
        .number(1, IR_VERSION)
        .message(7, graph)
        .message(8, new Message().text(1, "").number(2, ONNX_OPSET))
        .message(8, new Message().text(1, MICROSOFT).number(2, 1))
        .toBytes();
  }

  private static Message value(String name, int type, long[] dims) {
    Message shape = new Message();
    for (long dim : dims) {
      shape.message(1, new Message().number(1, dim));
    }
    Message tensor = new Message().number(1, type).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }
}
