package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;

/** The x86 instructions that multiply and sum neighbours, in each width they come in. */
final class X86Multiply {
  private X86Multiply() {}

  /**
   * pmaddubsw: i16 lanes of act₀·wgt₀ + act₁·wgt₁, act u8 and wgt s8, <em>saturated</em>.
   *
   * @param act i8 lanes, as many bits as wgt: 128, 256 or 512
   */
  static Value pairsOfBytes(Code code, Value act, Value wgt) {
    int bits = act.type().bits();
    String name =
        switch (bits) {
          case 128 -> "llvm.x86.ssse3.pmadd.ub.sw.128";
          case 256 -> "llvm.x86.avx2.pmadd.ub.sw";
          default -> "llvm.x86.avx512.pmaddubs.w.512";
        };
    return code.intrinsic(name, Type.I16.x(bits / Short.SIZE), act, wgt);
  }

  /**
   * pmaddwd: i32 lanes of a₀·b₀ + a₁·b₁, all signed.
   *
   * @param a i16 lanes, as many bits as b: 128, 256 or 512
   */
  static Value pairsOfWords(Code code, Value a, Value b) {
    int bits = a.type().bits();
    String name =
        switch (bits) {
          case 128 -> "llvm.x86.sse2.pmadd.wd";
          case 256 -> "llvm.x86.avx2.pmadd.wd";
          default -> "llvm.x86.avx512.pmaddw.d.512";
        };
    return code.intrinsic(name, Type.I32.x(bits / Integer.SIZE), a, b);
  }

  /**
   * vpdpbusd: sum + four products of u8 and s8 in each i32 lane, wrapping. With 256 bits LLVM takes
   * the form that the target has, VEX (AVX-VNNI) or EVEX (AVX-512 VNNI).
   *
   * @param act i32 lanes of four u8 each
   * @param wgt i32 lanes of four s8 each
   */
  static Value addQuadsOfBytes(Code code, Value sum, Value act, Value wgt) {
    return code.intrinsic(
        "llvm.x86.avx512.vpdpbusd." + sum.type().bits(), sum.type(), sum, act, wgt);
  }
}
