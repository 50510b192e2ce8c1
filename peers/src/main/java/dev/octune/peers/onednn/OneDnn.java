package dev.octune.peers.onednn;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Output;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.peer.Cap;
import dev.octune.tuner.peer.Contender;
import dev.octune.tuner.peer.Peer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * oneDNN. Operands stand in the layouts that the primitive asks for; carrying them there is not
 * timed. Positions outside the input are zero to it, so of padded layers it computes those whose
 * azp is 0.
 */
final class OneDnn implements Peer {
  static final String NAME = "onednn";

  /** u8 · s8 → s32: on cores without VNNI it saturates pairs. */
  private static final String BYTES = "u8s8s32";

  /** The same numbers as floats. */
  private static final String FLOATS = "f32";

  /** A dense layer as an inner product, which has other kernels than matmul. */
  private static final String INNER_PRODUCT = "u8s8s32_ip";

  private final Dnnl dnnl;

  OneDnn(Dnnl dnnl) {
    this.dnnl = dnnl;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return dnnl.version();
  }

  @Override
  public Cap cap(String path) {
    return Cap.KEPT;
  }

  @Override
  public List<String> paths(Workload workload) {
    Numerics numerics = workload.numerics();
    if (numerics.azp() != 0 || !numerics.wgt().signed() || numerics.out() != Output.S32) {
      return List.of();
    }
    return workload instanceof Dense
        ? List.of(BYTES, INNER_PRODUCT, FLOATS)
        : List.of(BYTES, FLOATS);
  }

  @Override
  public Optional<Contender> prepare(Workload workload, String path, byte[] act, byte[] wgt) {
    boolean floats = path.equals(FLOATS);
    Shapes shapes = Shapes.of(workload);
    int actType = floats ? Dnnl.F32 : Dnnl.U8;
    int wgtType = floats ? Dnnl.F32 : Dnnl.S8;
    int outType = floats ? Dnnl.F32 : Dnnl.S32;
    int actTag = shapes.anyActivations() ? Dnnl.ANY : shapes.plain();
    int wgtTag = shapes.anyWeights() ? Dnnl.ANY : shapes.plainWgt();
    long src = dnnl.descriptor(shapes.act(), actType, actTag);
    long weights = dnnl.descriptor(shapes.wgt(), wgtType, wgtTag);
    long dst = dnnl.descriptor(shapes.out(), outType, actTag);
    Optional<Long> description;
    try {
      description =
          path.equals(INNER_PRODUCT)
              ? innerProduct((Dense) workload, src, dst)
              : create(workload, src, weights, dst);
    } finally {
      List.of(src, weights, dst).forEach(dnnl::destroyDescriptor);
    }
    boolean transposed = path.equals(INNER_PRODUCT);
    return description.map(
        pd ->
            new OneDnnRun(
                dnnl,
                pd,
                new OneDnnRun.Tensor(shapes.act(), actType, shapes.plain(), act, false),
                new OneDnnRun.Tensor(
                    transposed ? swapped(shapes.wgt()) : shapes.wgt(),
                    wgtType,
                    transposed ? Dnnl.AB : shapes.plainWgt(),
                    wgt,
                    true),
                new OneDnnRun.Tensor(shapes.out(), outType, shapes.plain(), new byte[0], true)));
  }

  @Override
  public void close() {
    // The library stays loaded: OpenMP's threads can't be ended.
  }

  private Optional<Long> create(Workload workload, long src, long weights, long dst) {
    return switch (workload) {
      case Conv2d conv -> convolution(conv.window(), src, weights, dst);
      case DepthwiseConv2d conv -> convolution(conv.window(), src, weights, dst);
      case Dense _, BatchMatmul _ -> dnnl.matmul(src, weights, dst);
    };
  }

  private Optional<Long> innerProduct(Dense dense, long src, long dst) {
    long weights = dnnl.descriptor(new long[] {dense.n(), dense.k()}, Dnnl.S8, Dnnl.ANY);
    try {
      return dnnl.innerProduct(src, weights, dst);
    } finally {
      dnnl.destroyDescriptor(weights);
    }
  }

  private Optional<Long> convolution(Window w, long src, long weights, long dst) {
    return dnnl.convolution(
        src,
        weights,
        dst,
        new long[] {w.strideH(), w.strideW()},
        // oneDNN counts the positions that are left out.
        new long[] {w.dilationH() - 1, w.dilationW() - 1},
        new long[] {w.pad().top(), w.pad().left()},
        new long[] {w.pad().bottom(), w.pad().right()});
  }

  private static long[] swapped(long[] two) {
    return new long[] {two[1], two[0]};
  }

  /**
   * How oneDNN sees a workload's tensors.
   *
   * @param plain tag of plain activations and outputs
   * @param plainWgt tag of plain weights
   */
  @SuppressWarnings("ArrayRecordComponent") // small, compared by no one
  private record Shapes(
      long[] act,
      long[] wgt,
      long[] out,
      int plain,
      int plainWgt,
      boolean anyActivations,
      boolean anyWeights) {
    static Shapes of(Workload workload) {
      return switch (workload) {
        case Conv2d c -> {
          Window w = c.window();
          yield new Shapes(
              new long[] {c.n(), c.ic(), w.ih(), w.iw()},
              c.groups() == 1
                  ? new long[] {c.oc(), c.ic(), w.kh(), w.kw()}
                  : new long[] {
                    c.groups(), c.oc() / c.groups(), c.ic() / c.groups(), w.kh(), w.kw()
                  },
              new long[] {c.n(), c.oc(), w.oh(), w.ow()},
              Dnnl.ABCD,
              c.groups() == 1 ? Dnnl.ABCD : Dnnl.ABCDE,
              true,
              true);
        }
        case DepthwiseConv2d d -> {
          Window w = d.window();
          yield new Shapes(
              new long[] {d.n(), d.c(), w.ih(), w.iw()},
              new long[] {d.c(), d.m(), 1, w.kh(), w.kw()},
              new long[] {d.n(), d.oc(), w.oh(), w.ow()},
              Dnnl.ABCD,
              Dnnl.ABCDE,
              true,
              true);
        }
        case Dense d ->
            new Shapes(
                new long[] {d.m(), d.k()},
                new long[] {d.k(), d.n()},
                new long[] {d.m(), d.n()},
                Dnnl.AB,
                Dnnl.BA,
                false,
                true);
        case BatchMatmul b ->
            new Shapes(
                new long[] {b.b(), b.m(), b.k()},
                new long[] {b.b(), b.k(), b.n()},
                new long[] {b.b(), b.m(), b.n()},
                Dnnl.ABC,
                Dnnl.ABC,
                false,
                false);
      };
    }
  }

  /** Bytes as floats of the same values. */
  static float[] floats(byte[] bytes, boolean signed) {
    float[] values = new float[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      values[i] = signed ? bytes[i] : Byte.toUnsignedInt(bytes[i]);
    }
    return values;
  }

  /** Plain values in native memory. */
  static MemorySegment segment(Arena arena, byte[] bytes, int type, boolean signed) {
    return type == Dnnl.F32
        ? arena.allocateFrom(ValueLayout.JAVA_FLOAT, floats(bytes, signed))
        : arena.allocateFrom(JAVA_BYTE, bytes);
  }

  /** The paths that {@code paths} can name, for tests. */
  static List<String> allPaths() {
    return new ArrayList<>(List.of(BYTES, INNER_PRODUCT, FLOATS));
  }
}
