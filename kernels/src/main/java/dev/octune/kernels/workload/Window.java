package dev.octune.kernels.workload;

import dev.octune.kernels.text.FieldReader;
import dev.octune.kernels.text.TextException;

/**
 * How a kernel of kh × kw taps moves over ih × iw positions: the part that convolution and
 * depthwise convolution share. All counts are positions, not bytes.
 */
public record Window(
    int ih,
    int iw,
    int kh,
    int kw,
    int strideH,
    int strideW,
    Padding pad,
    int dilationH,
    int dilationW) {
  /** Largest height, width, kernel, stride or padding: beyond any published network. */
  public static final int MAX_EXTENT = 1 << 16;

  public Window {
    positive("ih", ih);
    positive("iw", iw);
    positive("kh", kh);
    positive("kw", kw);
    positive("stride", strideH);
    positive("stride", strideW);
    positive("dilation", dilationH);
    positive("dilation", dilationW);
    long spanH = (long) dilationH * (kh - 1) + 1;
    long spanW = (long) dilationW * (kw - 1) + 1;
    if (ih + pad.top() + pad.bottom() < spanH || iw + pad.left() + pad.right() < spanW) {
      throw new IllegalArgumentException(
          "the kernel spans %d×%d positions, the padded input has %d×%d"
              .formatted(
                  spanH, spanW, ih + pad.top() + pad.bottom(), iw + pad.left() + pad.right()));
    }
  }

  /** Output rows: floor((ih + top + bottom − span) / stride) + 1. */
  public int oh() {
    return (paddedH() - dilationH * (kh - 1) - 1) / strideH + 1;
  }

  /** Output columns. */
  public int ow() {
    return (paddedW() - dilationW * (kw - 1) - 1) / strideW + 1;
  }

  public int paddedH() {
    return ih + pad.top() + pad.bottom();
  }

  public int paddedW() {
    return iw + pad.left() + pad.right();
  }

  /** True for 1×1 taps without padding: each output position reads one input position. */
  public boolean isPointwise() {
    return kh == 1 && kw == 1 && pad.isNone();
  }

  String tapsText() {
    return "kh=%d kw=%d stride=%d,%d pad=%s dilation=%d,%d"
        .formatted(kh, kw, strideH, strideW, pad.text(), dilationH, dilationW);
  }

  static Window read(FieldReader fields) {
    int[] stride = fields.integers("stride", 2, 1, MAX_EXTENT);
    int[] pad = fields.integers("pad", 4, 0, MAX_EXTENT);
    int[] dilation = fields.integers("dilation", 2, 1, MAX_EXTENT);
    try {
      return new Window(
          fields.integer("ih", 1, MAX_EXTENT),
          fields.integer("iw", 1, MAX_EXTENT),
          fields.integer("kh", 1, MAX_EXTENT),
          fields.integer("kw", 1, MAX_EXTENT),
          stride[0],
          stride[1],
          new Padding(pad[0], pad[1], pad[2], pad[3]),
          dilation[0],
          dilation[1]);
    } catch (TextException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw fields.problem(String.valueOf(e.getMessage()), "correct the shape");
    }
  }

  private static void positive(String name, int value) {
    if (value < 1 || value > MAX_EXTENT) {
      throw new IllegalArgumentException(
          "%s is %d, must be in [1, %d]".formatted(name, value, MAX_EXTENT));
    }
  }
}
