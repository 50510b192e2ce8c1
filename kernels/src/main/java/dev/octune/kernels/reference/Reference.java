package dev.octune.kernels.reference;

import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Output;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;

/**
 * The oracle: what every kernel must answer, by the definition of the operator and nothing else.
 * Activations are read as u8, weights as s8 or u8 minus wzp, positions outside the input as azp;
 * sums are s32 modulo 2^32, which is what Java's int does. {@link Requantization} says how sums
 * become codes.
 *
 * <p>Thread-safe. An answer costs about a nanosecond a multiply-add: whoever needs it twice keeps
 * it.
 */
public final class Reference {
  private Reference() {}

  /**
   * The plain output of a workload, in the layout that {@link Workload} names.
   *
   * @param act plain activations, {@link Workload#actElements} bytes
   * @param wgt plain weights, {@link Workload#wgtElements} bytes
   * @throws IllegalArgumentException where the output is requantized: that takes {@link #codes}
   */
  public static int[] output(Workload workload, byte[] act, byte[] wgt) {
    if (workload.numerics().out().isRequantized()) {
      throw new IllegalArgumentException(
          "Sums of '%s' leave its kernel as codes. Mend: ask for its codes"
              .formatted(workload.text()));
    }
    return sums(workload, act, effective(wgt, workload));
  }

  /**
   * The plain output of a workload whose sums are requantized: u8 or s8, one byte each.
   *
   * @param act plain activations, {@link Workload#actElements} bytes
   * @param wgt plain weights, {@link Workload#wgtElements} bytes
   * @param how one bias, multiplier and shift for each of {@link Workload#outChannels}
   */
  public static byte[] codes(Workload workload, byte[] act, byte[] wgt, Requantization how) {
    Output out = workload.numerics().out();
    if (!out.isRequantized()) {
      throw new IllegalArgumentException(
          "'%s' has no codes. Mend: ask for its output".formatted(workload.text()));
    }
    if (how.channels() != workload.outChannels()) {
      throw new IllegalArgumentException(
          "Requantization of '%s' has %d channels, must have %d"
              .formatted(workload.text(), how.channels(), workload.outChannels()));
    }
    int[] weights = effective(wgt, workload);
    int[] sums = sums(workload, act, weights);
    byte[] codes = new byte[sums.length];
    switch (workload) {
      case BatchMatmul matmul -> {
        for (int b = 0; b < matmul.b(); b++) {
          for (int column = 0; column < matmul.n(); column++) {
            int weightSum = 0;
            for (int k = 0; k < matmul.k(); k++) {
              weightSum += weights[(b * matmul.k() + k) * matmul.n() + column];
            }
            for (int row = 0; row < matmul.m(); row++) {
              int at = (b * matmul.m() + row) * matmul.n() + column;
              codes[at] = (byte) how.code(out, column, sums[at], weightSum);
            }
          }
        }
      }
      case Dense dense -> {
        for (int column = 0; column < dense.n(); column++) {
          int weightSum = sumOf(weights, column * dense.k(), dense.k());
          for (int at = column; at < sums.length; at += dense.n()) {
            codes[at] = (byte) how.code(out, column, sums[at], weightSum);
          }
        }
      }
      case Conv2d conv -> planeCodes(conv, conv.window(), how, sums, weights, codes);
      case DepthwiseConv2d conv -> planeCodes(conv, conv.window(), how, sums, weights, codes);
    }
    return codes;
  }

  /** Outputs [n, channel, plane], weights of a channel side by side. */
  private static void planeCodes(
      Workload conv, Window window, Requantization how, int[] sums, int[] weights, byte[] codes) {
    Output out = conv.numerics().out();
    int plane = window.oh() * window.ow();
    int channels = conv.outChannels();
    int depth = weights.length / channels;
    for (int first = 0; first < sums.length; first += plane) {
      int channel = first / plane % channels;
      int weightSum = sumOf(weights, channel * depth, depth);
      for (int at = first; at < first + plane; at++) {
        codes[at] = (byte) how.code(out, channel, sums[at], weightSum);
      }
    }
  }

  private static int sumOf(int[] values, int from, int count) {
    int sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += values[i];
    }
    return sum;
  }

  private static int[] sums(Workload workload, byte[] act, int[] weights) {
    checkLength("activations", act.length, workload.actElements(), workload);
    int[] codes = unsigned(act);
    return switch (workload) {
      case Conv2d conv -> conv2d(conv, codes, weights);
      case DepthwiseConv2d conv -> depthwise(conv, codes, weights);
      case Dense dense -> dense(dense, codes, weights);
      case BatchMatmul matmul -> batchMatmul(matmul, codes, weights);
    };
  }

  /** out[b, o, y, x] = Σ act[b, g·ic/groups + i, y, x of tap] · wgt[o, i, r, s], g = group of o. */
  private static int[] conv2d(Conv2d conv, int[] act, int[] wgt) {
    Window window = conv.window();
    int groupIc = conv.ic() / conv.groups();
    int groupOc = conv.oc() / conv.groups();
    int taps = window.kh() * window.kw();
    int plane = window.oh() * window.ow();
    int[] out = new int[Math.toIntExact(conv.outElements())];
    for (int b = 0; b < conv.n(); b++) {
      for (int o = 0; o < conv.oc(); o++) {
        int firstChannel = b * conv.ic() + o / groupOc * groupIc;
        for (int i = 0; i < groupIc; i++) {
          addPlane(
              window,
              conv.numerics().azp(),
              act,
              (firstChannel + i) * window.ih() * window.iw(),
              wgt,
              (o * groupIc + i) * taps,
              out,
              (b * conv.oc() + o) * plane);
        }
      }
    }
    return out;
  }

  /** out[b, o, y, x] = Σ act[b, o / m, y, x of tap] · wgt[o, 0, r, s]. */
  private static int[] depthwise(DepthwiseConv2d conv, int[] act, int[] wgt) {
    Window window = conv.window();
    int taps = window.kh() * window.kw();
    int plane = window.oh() * window.ow();
    int[] out = new int[Math.toIntExact(conv.outElements())];
    for (int b = 0; b < conv.n(); b++) {
      for (int o = 0; o < conv.oc(); o++) {
        addPlane(
            window,
            conv.numerics().azp(),
            act,
            (b * conv.c() + o / conv.m()) * window.ih() * window.iw(),
            wgt,
            o * taps,
            out,
            (b * conv.oc() + o) * plane);
      }
    }
    return out;
  }

  /** Adds one input channel, seen through the window, to one output channel. */
  private static void addPlane(
      Window window, int azp, int[] act, int actAt, int[] wgt, int wgtAt, int[] out, int outAt) {
    for (int r = 0; r < window.kh(); r++) {
      for (int s = 0; s < window.kw(); s++) {
        int weight = wgt[wgtAt + r * window.kw() + s];
        for (int y = 0; y < window.oh(); y++) {
          int row = y * window.strideH() + r * window.dilationH() - window.pad().top();
          int column = s * window.dilationW() - window.pad().left();
          int outRow = outAt + y * window.ow();
          if (row < 0 || row >= window.ih()) {
            addOutside(azp * weight, out, outRow, window.ow());
          } else {
            int actRow = actAt + row * window.iw();
            addRow(act, actRow, window, column, azp, weight, out, outRow);
          }
        }
      }
    }
  }

  private static void addOutside(int product, int[] out, int outRow, int ow) {
    for (int x = 0; x < ow; x++) {
      out[outRow + x] += product;
    }
  }

  /** Output x of the row reads input column + x·stride, azp outside [0, iw). */
  private static void addRow(
      int[] act,
      int actRow,
      Window window,
      int column,
      int azp,
      int weight,
      int[] out,
      int outRow) {
    int iw = window.iw();
    int ow = window.ow();
    int stride = window.strideW();
    for (int x = 0; x < ow; x++) {
      int at = column + x * stride;
      int value = at < 0 || at >= iw ? azp : act[actRow + at];
      out[outRow + x] += value * weight;
    }
  }

  /** out[m, n] = Σk act[m, k] · wgt[n, k]. */
  private static int[] dense(Dense dense, int[] act, int[] wgt) {
    int depth = dense.k();
    int[] out = new int[Math.toIntExact(dense.outElements())];
    for (int row = 0; row < dense.m(); row++) {
      for (int column = 0; column < dense.n(); column++) {
        int sum = 0;
        for (int k = 0; k < depth; k++) {
          sum += act[row * depth + k] * wgt[column * depth + k];
        }
        out[row * dense.n() + column] = sum;
      }
    }
    return out;
  }

  /** out[b, m, n] = Σk act[b, m, k] · wgt[b, k, n]. */
  private static int[] batchMatmul(BatchMatmul matmul, int[] act, int[] wgt) {
    int rows = matmul.m();
    int depth = matmul.k();
    int columns = matmul.n();
    int[] out = new int[Math.toIntExact(matmul.outElements())];
    for (int b = 0; b < matmul.b(); b++) {
      for (int row = 0; row < rows; row++) {
        int outRow = (b * rows + row) * columns;
        for (int k = 0; k < depth; k++) {
          int value = act[(b * rows + row) * depth + k];
          int wgtRow = (b * depth + k) * columns;
          for (int column = 0; column < columns; column++) {
            out[outRow + column] += value * wgt[wgtRow + column];
          }
        }
      }
    }
    return out;
  }

  private static int[] unsigned(byte[] bytes) {
    int[] values = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      values[i] = Byte.toUnsignedInt(bytes[i]);
    }
    return values;
  }

  /** wgt − wzp. */
  private static int[] effective(byte[] wgt, Workload workload) {
    checkLength("weights", wgt.length, workload.wgtElements(), workload);
    Numerics numerics = workload.numerics();
    boolean signed = numerics.wgt().signed();
    int[] values = new int[wgt.length];
    for (int i = 0; i < wgt.length; i++) {
      values[i] = (signed ? wgt[i] : Byte.toUnsignedInt(wgt[i])) - numerics.wzp();
    }
    return values;
  }

  private static void checkLength(String what, int length, long expected, Workload workload) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "%s of '%s' have %d bytes, must have %d"
              .formatted(what, workload.text(), length, expected));
    }
  }
}
