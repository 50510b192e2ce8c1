package dev.octune.peers.onednn;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.octune.tuner.peer.Contender;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A primitive with its operands. */
final class OneDnnRun implements Contender {
  /** Buffers stand on cache lines, as oneDNN's own do. */
  private static final long ALIGN_BYTES = 64;

  /**
   * A tensor as its owner sees it.
   *
   * @param values u8 or s8, plain; of the output none
   */
  @SuppressWarnings("ArrayRecordComponent") // large, compared by no one
  record Tensor(long[] dims, int type, int plainTag, byte[] values, boolean signed) {}

  private final Dnnl dnnl;
  private final long description;
  private final long primitive;
  private final Tensor out;
  private final Arena arena = Arena.ofConfined();
  private final long src;
  private final long weights;
  private final long dst;
  private final MemorySegment arguments;

  OneDnnRun(Dnnl dnnl, long description, Tensor act, Tensor wgt, Tensor out) {
    this.dnnl = dnnl;
    this.description = description;
    this.out = out;
    primitive = dnnl.primitive(description);
    src = packed(act, Dnnl.QUERY_SRC);
    weights = packed(wgt, Dnnl.QUERY_WEIGHTS);
    dst = memory(dnnl.layout(description, Dnnl.QUERY_DST));
    arguments =
        Dnnl.arguments(arena, Dnnl.ARG_SRC, src, Dnnl.ARG_WEIGHTS, weights, Dnnl.ARG_DST, dst);
  }

  @Override
  public String kernel() {
    return dnnl.implementation(description);
  }

  @Override
  public long nanosOf(int runs) {
    long start = System.nanoTime();
    dnnl.execute(primitive, arguments, runs);
    return System.nanoTime() - start;
  }

  @Override
  public long wrongOutputs(int[] sums) {
    long plain = dnnl.descriptor(out.dims(), out.type(), out.plainTag());
    try (Arena here = Arena.ofConfined()) {
      MemorySegment values = here.allocate(dnnl.bytes(plain), ALIGN_BYTES);
      long memory = dnnl.memory(plain, values);
      dnnl.reorder(dnnl.layout(description, Dnnl.QUERY_DST), dst, plain, memory);
      dnnl.destroyMemory(memory);
      long wrong = 0;
      for (int i = 0; i < sums.length; i++) {
        boolean same =
            out.type() == Dnnl.F32
                ? values.getAtIndex(JAVA_FLOAT, i) == (double) sums[i]
                : values.getAtIndex(JAVA_INT, i) == sums[i];
        wrong += same ? 0 : 1;
      }
      return wrong;
    } finally {
      dnnl.destroyDescriptor(plain);
    }
  }

  @Override
  public void close() {
    dnnl.destroyMemory(src);
    dnnl.destroyMemory(weights);
    dnnl.destroyMemory(dst);
    dnnl.destroyPrimitive(primitive);
    dnnl.destroyDescription(description);
    arena.close();
  }

  private long memory(long layout) {
    return dnnl.memory(layout, arena.allocate(dnnl.bytes(layout), ALIGN_BYTES));
  }

  /** Plain values carried over into the layout that the primitive asks for. */
  private long packed(Tensor tensor, int query) {
    long layout = dnnl.layout(description, query);
    long packed = memory(layout);
    long plain = dnnl.descriptor(tensor.dims(), tensor.type(), tensor.plainTag());
    try (Arena here = Arena.ofConfined()) {
      long memory =
          dnnl.memory(plain, OneDnn.segment(here, tensor.values(), tensor.type(), tensor.signed()));
      dnnl.reorder(plain, memory, layout, packed);
      dnnl.destroyMemory(memory);
    } finally {
      dnnl.destroyDescriptor(plain);
    }
    return packed;
  }
}
