package dev.octune.kernels.target;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * An instruction set that code may use. Each level holds everything of the levels it {@link
 * #covers}.
 */
public enum Isa {
  /** Any x86-64: SSE2 only, the plain vector leaf. */
  SSE2(Arch.X86_64, "sse2", "x86-64", "", "sse2", ""),
  /** x86-64-v3 as a whole, so that LLVM may use all of it. */
  AVX2(
      Arch.X86_64,
      "avx2",
      "x86-64-v3",
      "",
      "sse2 avx2 fma bmi1 bmi2 f16c movbe abm popcnt",
      "sse2"),
  /** AVX-512 F, BW, VL with VNNI. */
  AVX512VNNI(
      Arch.X86_64,
      "avx512vnni",
      "x86-64-v4",
      "+avx512vnni",
      "sse2 avx2 fma bmi1 bmi2 f16c movbe abm popcnt"
          + " avx512f avx512bw avx512vl avx512dq avx512cd avx512_vnni",
      "sse2 avx2"),
  /** Any AArch64 with Advanced SIMD: smull, smlal. */
  NEON(Arch.AARCH64, "neon", "generic", "+neon", "asimd", ""),
  /** Armv8.2 dot product: sdot. */
  DOTPROD(Arch.AARCH64, "dotprod", "generic", "+neon,+dotprod", "asimd asimddp", "neon");

  private final Arch arch;
  private final String text;
  private final String llvmCpu;
  private final String llvmFeatures;
  private final String osFlags;
  private final String covered;

  Isa(Arch arch, String text, String llvmCpu, String llvmFeatures, String osFlags, String covered) {
    this.arch = arch;
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

  /** Vector registers that the instruction set names. */
  public int vectorRegisters() {
    return switch (this) {
      case SSE2, AVX2 -> 16;
      case AVX512VNNI, NEON, DOTPROD -> 32;
    };
  }

  /** True where a machine of this level runs code for the other one. */
  public boolean covers(Isa other) {
    return this == other || List.of(covered.split(" ", -1)).contains(other.text);
  }

  static List<String> texts() {
    return Arrays.stream(values()).map(Isa::text).toList();
  }
}
