package dev.octune.peers.onnxruntime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.octune.tuner.peer.Contender;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** A session on a model of one node, with input and output in place. */
final class OnnxRun implements Contender {
  private final OnnxNode node;
  private final OrtSession session;
  private final OnnxTensor x;
  private final OnnxTensor y;
  private final ByteBuffer out;
  private final double overheadNanos;

  private OnnxRun(
      OnnxNode node,
      OrtSession session,
      OnnxTensor x,
      OnnxTensor y,
      ByteBuffer out,
      double overheadNanos) {
    this.node = node;
    this.session = session;
    this.x = x;
    this.y = y;
    this.out = out;
    this.overheadNanos = overheadNanos;
  }

  static OnnxRun open(
      OrtEnvironment environment,
      OrtSession.SessionOptions options,
      OnnxNode node,
      boolean unsigned,
      byte[] act,
      byte[] wgt,
      double overheadNanos)
      throws OrtException {
    boolean last = node.makesCodes();
    long[] xDims = last ? OnnxNode.channelsLast(node.act()) : node.act();
    long[] yDims = last ? OnnxNode.channelsLast(node.out()) : node.out();
    OrtSession session = environment.createSession(node.model(wgt, unsigned), options);
    ByteBuffer in = direct(act.length).put(last ? channelsLast(act, node.act()) : act).flip();
    ByteBuffer out = direct(Math.toIntExact(elements(yDims) * (last ? 1 : Integer.BYTES)));
    OnnxTensor x = OnnxTensor.createTensor(environment, in, xDims, OnnxJavaType.UINT8);
    OnnxTensor y =
        OnnxTensor.createTensor(
            environment, out, yDims, last ? OnnxJavaType.UINT8 : OnnxJavaType.INT32);
    return new OnnxRun(node, session, x, y, out, overheadNanos);
  }

  @Override
  public String kernel() {
    return switch (node.kind()) {
      case SUMS -> "ConvInteger NCHW";
      case CODES -> "QLinearConv NHWC";
      case PRODUCT -> "MatMulInteger";
    };
  }

  @Override
  public long nanosOf(int runs) {
    try {
      Map<String, OnnxTensor> inputs = Map.of("x", x);
      Map<String, OnnxTensor> outputs = Map.of("y", y);
      long start = System.nanoTime();
      for (int run = 0; run < runs; run++) {
        session.run(inputs, outputs).close();
      }
      long nanos = System.nanoTime() - start;
      return Math.max(1, nanos - Math.round(overheadNanos * runs));
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime stopped: " + e.getMessage(), e);
    }
  }

  @Override
  public long wrongOutputs(int[] sums) {
    long wrong = 0;
    if (node.makesCodes()) {
      int channels = Math.toIntExact(node.out()[1]);
      int plane = Math.toIntExact(node.out()[2] * node.out()[3]);
      for (int i = 0; i < sums.length; i++) {
        int at = (i / (channels * plane) * plane + i % plane) * channels + i / plane % channels;
        wrong += Byte.toUnsignedInt(out.get(at)) == node.code(sums[i]) ? 0 : 1;
      }
      return wrong;
    }
    for (int i = 0; i < sums.length; i++) {
      wrong += out.getInt(i * Integer.BYTES) == sums[i] ? 0 : 1;
    }
    return wrong;
  }

  @Override
  public void close() {
    x.close();
    y.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime's session can't be closed", e);
    }
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private static long elements(long[] dims) {
    long elements = 1;
    for (long dim : dims) {
      elements *= dim;
    }
    return elements;
  }

  /** [n, c, h, w] to [n, h, w, c]. */
  private static byte[] channelsLast(byte[] plain, long[] dims) {
    int channels = Math.toIntExact(dims[1]);
    int plane = Math.toIntExact(dims[2] * dims[3]);
    byte[] turned = new byte[plain.length];
    for (int i = 0; i < plain.length; i++) {
      int at = (i / (channels * plane) * plane + i % plane) * channels + i / plane % channels;
      turned[at] = plain[i];
    }
    return turned;
  }
}
