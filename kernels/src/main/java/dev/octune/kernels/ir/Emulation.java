package dev.octune.kernels.ir;

/**
 * What the instructions behind LLVM's target intrinsics do, in plain IR, so that a kernel made for
 * one instruction set runs on any machine. The tests hold every one of them against the real
 * instruction where a machine has it, and against a model in Java.
 *
 * <p>Works within lanes, by shifts: lane j of an operand's bytes or words is brought to the lowest
 * or highest bits of the result's lane. Sources: Intel SDM volume 2 (PMADDUBSW, PMADDWD, VPDPBUSD,
 * VPDPWSSD), Arm Architecture Reference Manual (SDOT, SMULL, SADDLP).
 */
final class Emulation {
  private Emulation() {}

  /**
   * The same result as the intrinsic's.
   *
   * @throws IllegalArgumentException for an intrinsic that is not known here
   */
  static Value emit(Code code, String intrinsic, Type type, Value... arguments) {
    if (TileEmulation.knows(intrinsic)) {
      return TileEmulation.emit(code, intrinsic, arguments);
    }
    if (!(type instanceof Type.Vector result)) {
      throw unknown(intrinsic);
    }
    return switch (intrinsic) {
      case "llvm.x86.ssse3.pmadd.ub.sw.128",
          "llvm.x86.avx2.pmadd.ub.sw",
          "llvm.x86.avx512.pmaddubs.w.512" ->
          saturatedPairs(code, result, arguments[0], arguments[1]);
      case "llvm.x86.sse2.pmadd.wd", "llvm.x86.avx2.pmadd.wd", "llvm.x86.avx512.pmaddw.d.512" ->
          dot(code, Value.zero(result), arguments[0], arguments[1], Short.SIZE, true);
      case "llvm.x86.avx512.vpdpbusd.256", "llvm.x86.avx512.vpdpbusd.512" ->
          dot(code, arguments[0], arguments[1], arguments[2], Byte.SIZE, false);
      case "llvm.x86.avx512.vpdpwssd.256", "llvm.x86.avx512.vpdpwssd.512" ->
          dot(code, arguments[0], arguments[1], arguments[2], Short.SIZE, true);
      case "llvm.aarch64.neon.sdot.v4i32.v16i8" ->
          dot(code, arguments[0], arguments[1], arguments[2], Byte.SIZE, true);
      case "llvm.aarch64.neon.smull.v8i16", "llvm.aarch64.neon.smull.v4i32" ->
          code.mul(
              code.signExtend(arguments[0], result.element()),
              code.signExtend(arguments[1], result.element()));
      case "llvm.aarch64.neon.saddlp.v4i32.v8i16" -> {
        Value lanes = code.bitcast(arguments[0], result);
        yield code.add(signed(code, lanes, 0, Short.SIZE), signed(code, lanes, 1, Short.SIZE));
      }
      default -> throw unknown(intrinsic);
    };
  }

  /** sum + Σ a·b over the elements of a lane, modulo 2^bits; b is signed. */
  static Value dot(Code code, Value sum, Value a, Value b, int elementBits, boolean signedA) {
    Type lane = sum.type();
    Value left = code.bitcast(a, lane);
    Value right = code.bitcast(b, lane);
    Value total = sum;
    for (int i = 0; i < Integer.SIZE / elementBits; i++) {
      Value x = signedA ? signed(code, left, i, elementBits) : unsigned(code, left, i, elementBits);
      total = code.add(total, code.mul(x, signed(code, right, i, elementBits)));
    }
    return total;
  }

  /** Each i16 lane's two products of u8 and s8, which fit, added with saturation. */
  private static Value saturatedPairs(Code code, Type.Vector words, Value act, Value wgt) {
    Value left = code.bitcast(act, words);
    Value right = code.bitcast(wgt, words);
    Value low = code.mul(unsigned(code, left, 0, Byte.SIZE), signed(code, right, 0, Byte.SIZE));
    Value high = code.mul(unsigned(code, left, 1, Byte.SIZE), signed(code, right, 1, Byte.SIZE));
    return code.intrinsic("llvm.sadd.sat." + Code.mangled(words), words, low, high);
  }

  /** Element i of every lane, sign kept. */
  private static Value signed(Code code, Value lanes, int i, int elementBits) {
    int laneBits = laneBits(lanes);
    int above = laneBits - (i + 1) * elementBits;
    Value atTop = above == 0 ? lanes : code.shiftLeft(lanes, above);
    return code.shiftRightArithmetic(atTop, laneBits - elementBits);
  }

  /** Element i of every lane, zeros on top. */
  private static Value unsigned(Code code, Value lanes, int i, int elementBits) {
    Value atBottom = i == 0 ? lanes : code.shiftRightLogical(lanes, i * elementBits);
    return (i + 1) * elementBits == laneBits(lanes)
        ? atBottom
        : code.and(atBottom, Value.splat((Type.Vector) lanes.type(), (1L << elementBits) - 1));
  }

  private static int laneBits(Value lanes) {
    return ((Type.Vector) lanes.type()).element().bits();
  }

  static IllegalArgumentException unknown(String intrinsic) {
    return new IllegalArgumentException(
        intrinsic + " has no emulation. Mend: write its semantics into " + Emulation.class);
  }
}
