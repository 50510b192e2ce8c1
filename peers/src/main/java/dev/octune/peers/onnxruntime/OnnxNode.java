package dev.octune.peers.onnxruntime;

import dev.octune.kernels.workload.Window;

/**
 * A workload as an operator of ONNX.
 *
 * @param act dimensions of the input, channels second
 * @param wgt dimensions of the weights; of a product [n, k], as the workload has them
 * @param out dimensions of the output, channels second
 * @param shift codes are sums / 2^shift; sums leave as they are where it is negative
 */
@SuppressWarnings("ArrayRecordComponent") // small, compared by no one
record OnnxNode(
    Kind kind, long[] act, long[] wgt, long[] out, Window window, int groups, int shift) {
  /** Zero point of codes. */
  static final int CODE_ZERO = 128;

  /** What turns s8 weights into u8 ones. */
  static final int WEIGHT_ZERO = 128;

  /** √(mean of act² · wgt²) over the full ranges. */
  private static final double ROOT_MEAN_SQUARE = 10_900;

  /** Codes that a sum of that size shall become: four times it still fits. */
  private static final double CODES_OF_ROOT = 32;

  /** Which operator. */
  enum Kind {
    /** ConvInteger: NCHW, s32. */
    SUMS,
    /** com.microsoft QLinearConv with channels last: u8 codes. */
    CODES,
    /** MatMulInteger. */
    PRODUCT
  }

  static OnnxNode sums(Window window, int groups, long[] wgt, long[] act) {
    return new OnnxNode(Kind.SUMS, act, wgt, out(window, act, wgt), window, groups, -1);
  }

  /**
   * @param terms products of a sum
   */
  static OnnxNode codes(Window window, int groups, long[] wgt, long[] act, long terms) {
    double root = ROOT_MEAN_SQUARE * Math.sqrt((double) terms);
    int shift = Math.max(0, (int) Math.round(Math.log(root / CODES_OF_ROOT) / Math.log(2)));
    return new OnnxNode(Kind.CODES, act, wgt, out(window, act, wgt), window, groups, shift);
  }

  static OnnxNode product(long m, long k, long n) {
    return new OnnxNode(
        Kind.PRODUCT,
        new long[] {m, k},
        new long[] {n, k},
        new long[] {m, n},
        new Window(1, 1, 1, 1, 1, 1, dev.octune.kernels.workload.Padding.NONE, 1, 1),
        1,
        -1);
  }

  boolean makesCodes() {
    return kind == Kind.CODES;
  }

  /** The model, with weights as constants. */
  byte[] model(byte[] weights, boolean unsigned) {
    int wgtType = unsigned ? OneNodeModel.UINT8 : OneNodeModel.INT8;
    int wgtZero = unsigned ? WEIGHT_ZERO : 0;
    byte[] codes = unsigned ? shifted(weights) : weights;
    return switch (kind) {
      case SUMS ->
          windowed(
                  OneNodeModel.of("ConvInteger")
                      .input()
                      .constant("w", wgtType, wgt, codes)
                      .scalar("x_zero", OneNodeModel.UINT8, 0)
                      .scalar("w_zero", wgtType, wgtZero))
              .bytes(OneNodeModel.UINT8, act, OneNodeModel.INT32, out);
      case CODES ->
          windowed(
                  OneNodeModel.ofMicrosoft("QLinearConv")
                      .input()
                      .scalar("x_scale", 1)
                      .scalar("x_zero", OneNodeModel.UINT8, 0)
                      .constant("w", wgtType, wgt, codes)
                      .scalar("w_scale", 1)
                      .scalar("w_zero", wgtType, wgtZero)
                      .scalar("y_scale", Math.scalb(1f, shift))
                      .scalar("y_zero", OneNodeModel.UINT8, CODE_ZERO))
              .attribute("channels_last", 1)
              .bytes(OneNodeModel.UINT8, channelsLast(act), OneNodeModel.UINT8, channelsLast(out));
      case PRODUCT ->
          OneNodeModel.of("MatMulInteger")
              .input()
              .constant("w", wgtType, new long[] {wgt[1], wgt[0]}, transposed(codes))
              .scalar("x_zero", OneNodeModel.UINT8, 0)
              .scalar("w_zero", wgtType, wgtZero)
              .bytes(OneNodeModel.UINT8, act, OneNodeModel.INT32, out);
    };
  }

  /** The code of an exact sum: rounded to even, as ONNX defines QuantizeLinear. */
  int code(int sum) {
    // A power of two scales without rounding, once the sum is a float.
    double scaled = Math.scalb((double) (float) sum, -shift);
    return (int) Math.max(0, Math.min(255, Math.rint(scaled) + CODE_ZERO));
  }

  /** Dimensions with channels behind the positions. */
  static long[] channelsLast(long[] dims) {
    return new long[] {dims[0], dims[2], dims[3], dims[1]};
  }

  private OneNodeModel windowed(OneNodeModel model) {
    return model
        .attribute("kernel_shape", new long[] {window.kh(), window.kw()})
        .attribute("strides", new long[] {window.strideH(), window.strideW()})
        .attribute("dilations", new long[] {window.dilationH(), window.dilationW()})
        .attribute(
            "pads",
            new long[] {
              window.pad().top(), window.pad().left(), window.pad().bottom(), window.pad().right()
            })
        .attribute("group", groups);
  }

  private static long[] out(Window window, long[] act, long[] wgt) {
    return new long[] {act[0], wgt[0], window.oh(), window.ow()};
  }

  private static byte[] shifted(byte[] weights) {
    byte[] codes = new byte[weights.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (weights[i] + WEIGHT_ZERO);
    }
    return codes;
  }

  /** [n, k] to [k, n]. */
  private byte[] transposed(byte[] plain) {
    int n = Math.toIntExact(wgt[0]);
    int k = Math.toIntExact(wgt[1]);
    byte[] turned = new byte[plain.length];
    for (int row = 0; row < n; row++) {
      for (int column = 0; column < k; column++) {
        turned[column * n + row] = plain[row * k + column];
      }
    }
    return turned;
  }
}
