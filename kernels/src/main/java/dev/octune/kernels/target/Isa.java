package dev.octune.kernels.target;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * An instruction set that code may use. Each level holds everything of the levels it {@link
 * #covers}.
 */
public enum Isa {
  /** Any x86-64: pmaddwd. */
  SSE2(Arch.X86_64, 128, 16, "sse2", "x86-64", "", "sse2", ""),
  /** SSSE3 and SSE4.1, as every x86 since Penryn and Bulldozer: pmaddubsw, pmovsxbw. */
  SSE41(
      Arch.X86_64, 128, 16, "sse41", "x86-64", "+sse3,+ssse3,+sse4.1", "sse2 ssse3 sse4_1", "sse2"),
  /** x86-64-v3 but for lzcnt, so that LLVM may use all of it. */
  AVX2(Arch.X86_64, 256, 16, "avx2", "x86-64-v3", Flags.NO_LZCNT, Flags.AVX2, "sse2 sse41"),
  /** x86-64-v3 with the VEX form of vpdpbusd: cores without AVX-512 since Alder Lake. */
  AVXVNNI(
      Arch.X86_64,
      256,
      16,
      "avxvnni",
      "x86-64-v3",
      Flags.NO_LZCNT + ",+avxvnni",
      Flags.AVX2 + " avx_vnni",
      "sse2 sse41 avx2"),
  /** x86-64-v4 but for lzcnt; it has no VNNI: Skylake-SP. */
  AVX512BW(
      Arch.X86_64,
      512,
      32,
      "avx512bw",
      "x86-64-v4",
      Flags.NO_LZCNT,
      Flags.AVX512BW,
      "sse2 sse41 avx2"),
  /** x86-64-v4 with VNNI. */
  AVX512VNNI(
      Arch.X86_64,
      512,
      32,
      "avx512vnni",
      "x86-64-v4",
      Flags.NO_LZCNT + ",+avx512vnni",
      Flags.AVX512BW + " avx512_vnni",
      "sse2 sse41 avx2 avx512bw"),
  /**
   * VNNI and int8 tiles (AMX): Sapphire Rapids. A process must ask Linux for the tiles, once,
   * before it uses them: {@code arch_prctl(ARCH_REQ_XCOMP_PERM, 18)}.
   */
  AMXINT8(
      Arch.X86_64,
      512,
      32,
      "amxint8",
      "x86-64-v4",
      Flags.NO_LZCNT + ",+avx512vnni,+amx-tile,+amx-int8",
      Flags.AVX512BW + " avx512_vnni amx_tile amx_int8",
      "sse2 sse41 avx2 avx512bw avx512vnni"),
  /** Any AArch64 with Advanced SIMD: smull, smlal. */
  NEON(Arch.AARCH64, 128, 32, "neon", "generic", "+neon", "asimd", ""),
  /** Armv8.2 dot product: sdot. */
  DOTPROD(Arch.AARCH64, 128, 32, "dotprod", "generic", "+neon,+dotprod", "asimd asimddp", "neon");

  /** Flags of levels that others build on: Linux's, and what LLVM is told. */
  private static final class Flags {
    static final String AVX2 = "sse2 ssse3 sse4_1 avx2 fma bmi1 bmi2 f16c movbe popcnt";

    /**
     * LLVM's levels hold lzcnt, no kernel has a use for it, and virtual machines are seen that run
     * AVX-512 and do not offer it (Linux calls it abm).
     */
    static final String NO_LZCNT = "-lzcnt";

    static final String AVX512BW = AVX2 + " avx512f avx512bw avx512vl avx512dq avx512cd";
  }

  private final Arch arch;
  private final int vectorBits;
  private final int vectorRegisters;
  private final String text;
  private final String llvmCpu;
  private final String llvmFeatures;
  private final String osFlags;
  private final String covered;

  Isa(
      Arch arch,
      int vectorBits,
      int vectorRegisters,
      String text,
      String llvmCpu,
      String llvmFeatures,
      String osFlags,
      String covered) {
    this.arch = arch;
    this.vectorBits = vectorBits;
    this.vectorRegisters = vectorRegisters;
    this.text = text;
    this.llvmCpu = llvmCpu;
    this.llvmFeatures = llvmFeatures;
    this.osFlags = osFlags;
    this.covered = covered;
  }

  public Arch arch() {
    return arch;
  }

  public String text() {
    return text;
  }

  /** LLVM's baseline processor: code never uses an instruction beyond it and the features. */
  public String llvmCpu() {
    return llvmCpu;
  }

  /** LLVM's feature string on top of {@link #llvmCpu}. */
  public String llvmFeatures() {
    return llvmFeatures;
  }

  /** Flags as Linux names them in /proc/cpuinfo that a machine needs to run this code. */
  public Set<String> osFlags() {
    return Set.of(osFlags.split(" ", -1));
  }

  /** Bits of its widest vector register. */
  public int vectorBits() {
    return vectorBits;
  }

  /** Vector registers that the instruction set names. */
  public int vectorRegisters() {
    return vectorRegisters;
  }

  /** True where a machine of this level runs code for the other one. */
  public boolean covers(Isa other) {
    return this == other || List.of(covered.split(" ", -1)).contains(other.text);
  }

  static List<String> texts() {
    return Arrays.stream(values()).map(Isa::text).toList();
  }
}
