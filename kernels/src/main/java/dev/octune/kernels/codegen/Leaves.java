package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Type;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Numerics;
import java.util.List;

/** The leaves there are, the fastest first where several are exact. */
final class Leaves {
  private static final List<Leaf> ALL =
      List.of(
          new PairLeaf("avx2_s16", Isa.AVX2, 8, Type.I16),
          new PairLeaf("avx2_s16w8", Isa.AVX2, 8, Type.I8),
          new PairLeaf("sse2_s16", Isa.SSE2, 4, Type.I16),
          new VectorLeaf(Isa.SSE2, Type.I16),
          new VectorLeaf(Isa.SSE2, Type.I8),
          new VectorLeaf(Isa.NEON, Type.I16),
          new VectorLeaf(Isa.NEON, Type.I8));

  private Leaves() {}

  /** Leaves of the target's instruction set, or of the nearest lower one, that are exact. */
  static List<Leaf> of(Target target, Numerics numerics) {
    return ALL.stream()
        .filter(leaf -> target.isa().covers(leaf.isa()) && leaf.exactFor(numerics))
        .filter(leaf -> target.isa() == Isa.SSE2 || leaf.isa() != Isa.SSE2)
        .toList();
  }

  static Leaf named(List<Leaf> leaves, String name) {
    return leaves.stream()
        .filter(leaf -> leaf.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no leaf " + name));
  }
}
