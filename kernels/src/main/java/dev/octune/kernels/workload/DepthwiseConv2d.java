package dev.octune.kernels.workload;

import static dev.octune.kernels.workload.Workload.product;

import dev.octune.kernels.text.FieldReader;

/**
 * Depthwise convolution: act u8[n, c, ih, iw], wgt [c·m, 1, kh, kw], out s32[n, c·m, oh, ow];
 * output channel o reads input channel o / m.
 */
public record DepthwiseConv2d(int n, int c, int m, Window window, Numerics numerics)
    implements Workload {
  public static final String OPERATOR = "depthwise_conv2d_NCHWc_int8";

  public DepthwiseConv2d {
    numerics = numerics.padded(window.pad());
    long outElements = product(n, c, m, window.oh(), window.ow());
    Workload.checkSizes(
        product(n, c, window.ih(), window.iw()),
        product(c, m, window.kh(), window.kw()),
        outElements,
        product(outElements, window.kh(), window.kw()));
  }

  @Override
  public DepthwiseConv2d with(Numerics newNumerics) {
    return new DepthwiseConv2d(n, c, m, window, newNumerics);
  }

  /** Output channels c·m. */
  public int oc() {
    return c * m;
  }

  @Override
  public long macs() {
    return product(outElements(), window.kh(), window.kw());
  }

  @Override
  public long actElements() {
    return product(n, c, window.ih(), window.iw());
  }

  @Override
  public long wgtElements() {
    return product(c, m, window.kh(), window.kw());
  }

  @Override
  public long outElements() {
    return product(n, c, m, window.oh(), window.ow());
  }

  @Override
  public int outChannels() {
    return oc();
  }

  @Override
  public String text() {
    return "%s n=%d c=%d ih=%d iw=%d m=%d %s %s"
        .formatted(OPERATOR, n, c, window.ih(), window.iw(), m, window.tapsText(), numerics.text());
  }

  @Override
  public String toString() {
    return text();
  }

  static DepthwiseConv2d read(FieldReader fields) {
    return new DepthwiseConv2d(
        fields.integer("n", 1, MAX_COUNT),
        fields.integer("c", 1, MAX_COUNT),
        fields.integer("m", 1, MAX_COUNT),
        Window.read(fields),
        Numerics.read(fields));
  }
}
