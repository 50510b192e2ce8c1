package dev.octune.kernels.workload;

import dev.octune.kernels.text.FieldReader;
import dev.octune.kernels.text.TextException;
import java.util.List;

/**
 * An operator with its shapes and value ranges. Plain layouts: activations u8[n, c, h, w] (dense
 * u8[m, k], batch matmul u8[b, m, k]); weights OIHW s8|u8[oc, ic/groups, kh, kw] (depthwise [c·m,
 * 1, kh, kw], dense [n, k], batch matmul [b, k, n]); output s32|u8|s8[n, oc, oh, ow] (dense [m, n],
 * batch matmul [b, m, n]).
 */
public sealed interface Workload permits Conv2d, DepthwiseConv2d, Dense, BatchMatmul {
  /** Largest channel, batch, m, k or n. */
  int MAX_COUNT = 1 << 20;

  /** Elements a tensor may have: buffers stay below 2 GiB at four bytes each. */
  long MAX_ELEMENTS = 1L << 28;

  /**
   * Multiply-adds a workload may have, so that one run stays within minutes even in plain loops.
   */
  long MAX_MACS = 1L << 40;

  Numerics numerics();

  /** The same operator and shape on other numbers. */
  Workload with(Numerics numerics);

  /** Nominal multiply-adds, padding counted. */
  long macs();

  /** Elements of the plain activation tensor (u8, one byte each). */
  long actElements();

  /** Elements of the plain weight tensor (one byte each). */
  long wgtElements();

  /** Elements of the plain output tensor. */
  long outElements();

  /**
   * Output channels, each with a bias, multiplier and shift of its own where the output is
   * requantized: oc, c·m, n.
   */
  int outChannels();

  /** Bytes of the plain output tensor. */
  default long outBytes() {
    return outElements() * numerics().out().bytes();
  }

  /** The canonical one-line text; {@code parse(text())} equals this. */
  String text();

  /** The operator, the first word of the text. */
  default String operator() {
    return text().substring(0, text().indexOf(' '));
  }

  /**
   * True where a kernel proved for this workload is exact for the query: same operator and shape,
   * the query's ranges inside; azp does not matter.
   */
  default boolean serves(Workload query) {
    return numerics().contains(query.numerics()) && shape().equals(query.shape());
  }

  /** The workload that stands for all of its operator and shape, whatever their numbers. */
  default Workload shape() {
    return with(Numerics.FULL);
  }

  /** True where only azp may differ. */
  default boolean equalsButAzp(Workload other) {
    return equals(other)
        || (numerics().withAzp(0).equals(other.numerics().withAzp(0))
            && shape().equals(other.shape()));
  }

  /** Giga-operations a second of one run: 2 × MACs / time. */
  default double gops(double nanos) {
    return 2.0 * macs() / nanos;
  }

  /** Reads a canonical text; keys may stand in any order. */
  static Workload parse(String text) {
    FieldReader fields = new FieldReader("workload", text);
    try {
      Workload workload =
          switch (fields.head()) {
            case Conv2d.OPERATOR -> Conv2d.read(fields);
            case DepthwiseConv2d.OPERATOR -> DepthwiseConv2d.read(fields);
            case Dense.OPERATOR -> Dense.read(fields);
            case BatchMatmul.OPERATOR -> BatchMatmul.read(fields);
            default ->
                throw fields.problem(
                    "operator '" + fields.head() + "' is not known",
                    "start with one of "
                        + String.join(
                            ", ",
                            List.of(
                                Conv2d.OPERATOR,
                                DepthwiseConv2d.OPERATOR,
                                Dense.OPERATOR,
                                BatchMatmul.OPERATOR)));
          };
      fields.end();
      return workload;
    } catch (TextException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw fields.problem(String.valueOf(e.getMessage()), "correct the shape");
    }
  }

  /** Refuses shapes whose tensors or work are too large, before anything is allocated. */
  static void checkSizes(long actElements, long wgtElements, long outElements, long macs) {
    checkLimit("activation elements", actElements, MAX_ELEMENTS);
    checkLimit("weight elements", wgtElements, MAX_ELEMENTS);
    checkLimit("output elements", outElements, MAX_ELEMENTS);
    checkLimit("multiply-adds", macs, MAX_MACS);
  }

  /** The product, or Long.MAX_VALUE where it does not fit. */
  static long product(long... factors) {
    long product = 1;
    for (long factor : factors) {
      if (factor < 1) {
        throw new IllegalArgumentException("a count is " + factor + ", must be at least 1");
      }
      product = Math.multiplyHigh(product, factor) != 0 ? Long.MAX_VALUE : product * factor;
      if (product < 0) {
        product = Long.MAX_VALUE;
      }
    }
    return product;
  }

  private static void checkLimit(String what, long value, long limit) {
    if (value > limit) {
      throw new IllegalArgumentException(
          "%s are %s, at most %d are supported"
              .formatted(what, value == Long.MAX_VALUE ? "over 2^63" : value, limit));
    }
  }
}
