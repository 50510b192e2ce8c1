package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Type;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.ActRange;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.WgtRange;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The leaves there are, the fastest first where several are exact. */
final class Leaves {
  private static final List<Leaf> ALL =
      List.of(
          dot("avx512_vnni", Isa.AVX512VNNI, 16, Type.I8, "llvm.x86.avx512.vpdpbusd.512"),
          dot("avx512_vnni_256", Isa.AVX512VNNI, 8, Type.I8, "llvm.x86.avx512.vpdpbusd.256"),
          dot("avx512_vnni_s16", Isa.AVX512VNNI, 16, Type.I16, "llvm.x86.avx512.vpdpwssd.512"),
          new ByteLeaf("avx512bw_maddubs4", Isa.AVX512BW, 16, 4),
          new ByteLeaf("avx512bw_maddubs2", Isa.AVX512BW, 16, 2),
          new ByteLeaf("avx512bw_maddubs", Isa.AVX512BW, 16, 1),
          new NibblesLeaf("avx512bw_nibbles", Isa.AVX512BW, 16),
          new PairLeaf("avx512bw_s16", Isa.AVX512BW, 16, Type.I16),
          new PairLeaf("avx512bw_s16w8", Isa.AVX512BW, 16, Type.I8),
          new ByteLeaf("avx512bw_maddubs_256", Isa.AVX512BW, 8, 1),
          new PairLeaf("avx512bw_s16_256", Isa.AVX512BW, 8, Type.I16),
          dot("avxvnni", Isa.AVXVNNI, 8, Type.I8, "llvm.x86.avx512.vpdpbusd.256"),
          dot("avxvnni_s16", Isa.AVXVNNI, 8, Type.I16, "llvm.x86.avx512.vpdpwssd.256"),
          new ByteLeaf("avx2_maddubs4", Isa.AVX2, 8, 4),
          new ByteLeaf("avx2_maddubs2", Isa.AVX2, 8, 2),
          new ByteLeaf("avx2_maddubs", Isa.AVX2, 8, 1),
          new NibblesLeaf("avx2_nibbles", Isa.AVX2, 8),
          new PairLeaf("avx2_s16", Isa.AVX2, 8, Type.I16),
          new PairLeaf("avx2_s16w8", Isa.AVX2, 8, Type.I8),
          new ByteLeaf("sse41_maddubs4", Isa.SSE41, 4, 4),
          new ByteLeaf("sse41_maddubs2", Isa.SSE41, 4, 2),
          new ByteLeaf("sse41_maddubs", Isa.SSE41, 4, 1),
          new NibblesLeaf("sse41_nibbles", Isa.SSE41, 4),
          new PairLeaf("sse41_s16", Isa.SSE41, 4, Type.I16),
          new PairLeaf("sse41_s16w8", Isa.SSE41, 4, Type.I8),
          new PairLeaf("sse2_s16", Isa.SSE2, 4, Type.I16),
          new VectorLeaf(Isa.SSE2, Type.I16),
          new VectorLeaf(Isa.SSE2, Type.I8),
          dot("neon_sdot", Isa.DOTPROD, 4, Type.I8, "llvm.aarch64.neon.sdot.v4i32.v16i8"),
          new SmullLeaf("neon_smull2", 2),
          new SmullLeaf("neon_smull", 1),
          new VectorLeaf(Isa.NEON, Type.I16),
          new VectorLeaf(Isa.NEON, Type.I8));

  private Leaves() {}

  /**
   * The exact leaves of the highest instruction set that has one: those of a lower one are slower
   * for the same numbers and would only dilute the space. Without those that are made for a few
   * positions.
   */
  static List<Leaf> of(Target target, Numerics numerics) {
    return of(target, numerics, Integer.MAX_VALUE);
  }

  /**
   * As the other, with those that are worth it for so many positions.
   *
   * @param positions that meet the same weights
   */
  static List<Leaf> of(Target target, Numerics numerics, long positions) {
    return exact(target, numerics).stream()
        .filter(leaf -> positions <= leaf.maxPositions())
        .toList();
  }

  private static List<Leaf> exact(Target target, Numerics numerics) {
    List<Leaf> exact =
        ALL.stream()
            .filter(leaf -> target.isa().covers(leaf.isa()) && leaf.exactFor(numerics))
            .toList();
    return exact.stream()
        .filter(leaf -> exact.stream().noneMatch(other -> isBeyond(other.isa(), leaf.isa())))
        .toList();
  }

  /** The leaves that some numbers use on the target. */
  static List<Leaf> usable(Target target) {
    List<Leaf> plain =
        Arrays.stream(WgtRange.values())
            .flatMap(
                wgt ->
                    Arrays.stream(ActRange.values())
                        .flatMap(act -> exact(target, Numerics.FULL.withRanges(act, wgt)).stream()))
            .distinct()
            .toList();
    return Stream.concat(plain.stream(), WinogradLeaf.all(plain, target.threads())).toList();
  }

  private static boolean isBeyond(Isa isa, Isa other) {
    return isa != other && isa.covers(other);
  }

  private static Leaf dot(String text, Isa isa, int lanes, Type.Int element, String intrinsic) {
    boolean signed = isa == Isa.DOTPROD;
    int dot = Integer.SIZE / element.bits();
    return new DotLeaf(text, isa, lanes, dot, element, signed ? 128 : 0, intrinsic);
  }
}
