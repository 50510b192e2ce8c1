package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.Numerics;
import java.util.Arrays;
import java.util.List;

/**
 * The innermost operation of depthwise convolution: a few taps of one vector of channels, added to
 * 32-bit sums.
 *
 * <p>A leaf eats taps in groups of {@link #group} bytes per lane: 4 where the instruction sums
 * neighbours, 1 elsewhere. A fetched group is read as one or more operands, each holding the taps
 * that {@link #parts} names; a part whose taps are all absent costs nothing.
 */
enum DepthwiseLeaf {
  /** Widening multiply of single taps: any LLVM target. */
  PLAIN("plain", 0, 1, Arithmetic.MULTIPLY),
  SSE2_S16("sse2_s16", 16, 4, Arithmetic.MADD_WORDS),
  /** Sums pairs of u8·s8 in s16: only where the ranges prove that the pair fits. */
  SSE41_MADDUBS("sse41_maddubs", 16, 4, Arithmetic.MADD_BYTES),
  AVX2_S16("avx2_s16", 32, 4, Arithmetic.MADD_WORDS),
  AVX2_MADDUBS("avx2_maddubs", 32, 4, Arithmetic.MADD_BYTES),
  AVXVNNI("avxvnni", 32, 4, Arithmetic.DOT_UNSIGNED),
  AVX512_S16("avx512_s16", 64, 4, Arithmetic.MADD_WORDS),
  AVX512BW_MADDUBS("avx512bw_maddubs", 64, 4, Arithmetic.MADD_BYTES),
  AVX512VL_VNNI("avx512vl_vnni", 32, 4, Arithmetic.DOT_UNSIGNED),
  AVX512_VNNI("avx512_vnni", 64, 4, Arithmetic.DOT_UNSIGNED),
  /** smull and smlal of single taps. */
  NEON_S16("neon_s16", 16, 1, Arithmetic.MULTIPLY_NEON),
  /** Activations are stored as act − 128, and 128·Σw is where the sums start. */
  NEON_SDOT("neon_sdot", 16, 4, Arithmetic.DOT_SIGNED);

  private enum Arithmetic {
    MULTIPLY,
    MULTIPLY_NEON,
    MADD_WORDS,
    MADD_BYTES,
    DOT_UNSIGNED,
    DOT_SIGNED
  }

  private static final List<List<Integer>> SINGLE = List.of(List.of(0));
  private static final List<List<Integer>> QUAD = List.of(List.of(0, 1, 2, 3));

  /** Masking and shifting the words of a quad leaves its even and its odd bytes. */
  private static final List<List<Integer>> EVEN_ODD = List.of(List.of(0, 2), List.of(1, 3));

  private final String text;
  private final int vectorBytes;
  private final int group;
  private final Arithmetic arithmetic;

  DepthwiseLeaf(String text, int vectorBytes, int group, Arithmetic arithmetic) {
    this.text = text;
    this.vectorBytes = vectorBytes;
    this.group = group;
    this.arithmetic = arithmetic;
  }

  static DepthwiseLeaf of(String text) {
    return Arrays.stream(values())
        .filter(leaf -> leaf.text.equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no leaf " + text));
  }

  /**
   * Leaves that are exact for these numbers on this instruction set, without those that another one
   * always beats; the fastest first.
   */
  static List<DepthwiseLeaf> legal(Isa isa, Numerics numerics) {
    List<DepthwiseLeaf> available =
        switch (isa) {
          case SSE2 -> List.of(SSE2_S16, PLAIN);
          case SSE41 -> List.of(SSE41_MADDUBS, SSE2_S16);
          case AVX2 -> List.of(AVX2_MADDUBS, AVX2_S16, PLAIN);
          case AVXVNNI -> numerics.wgt().signed() ? List.of(AVXVNNI) : List.of(AVX2_S16);
          case AVX512BW -> List.of(AVX512BW_MADDUBS, AVX2_MADDUBS, AVX512_S16, AVX2_S16);
          case AVX512VNNI, AMXINT8 ->
              numerics.wgt().signed()
                  ? List.of(AVX512VL_VNNI, AVX512_VNNI)
                  : List.of(AVX512_S16, AVX2_S16);
          case NEON -> List.of(NEON_S16, PLAIN);
          case DOTPROD -> List.of(NEON_SDOT, NEON_S16, PLAIN);
        };
    return available.stream().filter(leaf -> leaf.isExact(numerics)).toList();
  }

  private boolean isExact(Numerics numerics) {
    int largestWeight = Math.max(-numerics.minWeight(), numerics.maxWeight());
    return switch (arithmetic) {
      case MULTIPLY, MULTIPLY_NEON, MADD_WORDS -> true;
      case MADD_BYTES ->
          numerics.wgt().signed() && 2 * numerics.act().max() * largestWeight <= Short.MAX_VALUE;
      case DOT_UNSIGNED, DOT_SIGNED -> numerics.wgt().signed();
    };
  }

  String text() {
    return text;
  }

  /** 32-bit sums in a vector. */
  int lanes(Isa isa) {
    int bytes =
        vectorBytes > 0
            ? vectorBytes
            : switch (isa) {
              case SSE2, SSE41, NEON, DOTPROD -> 16;
              case AVX2, AVXVNNI, AVX512BW, AVX512VNNI, AMXINT8 -> 32;
            };
    return bytes / Integer.BYTES;
  }

  /** Taps of one lane that are fetched together. */
  int group() {
    return group;
  }

  /** For each operand of a fetched group the taps of the group that it holds. */
  List<List<Integer>> parts() {
    return switch (arithmetic) {
      case MULTIPLY, MULTIPLY_NEON -> SINGLE;
      case MADD_WORDS -> EVEN_ODD;
      case MADD_BYTES, DOT_UNSIGNED, DOT_SIGNED -> QUAD;
    };
  }

  /** Instructions of a multiplyAdd. */
  int operations() {
    return switch (arithmetic) {
      case DOT_UNSIGNED, DOT_SIGNED, MULTIPLY_NEON -> 1;
      case MADD_WORDS -> 2;
      case MADD_BYTES -> 3;
      case MULTIPLY -> 4;
    };
  }

  /** Instructions that make all operands of a fetched group. */
  int operandOperations() {
    return switch (arithmetic) {
      case DOT_UNSIGNED, DOT_SIGNED, MADD_BYTES -> 0;
      case MADD_WORDS -> 2;
      case MULTIPLY, MULTIPLY_NEON -> 1;
    };
  }

  /** Bytes of one packed weight. */
  int weightBytes() {
    return switch (arithmetic) {
      case MULTIPLY, MULTIPLY_NEON, MADD_WORDS -> Short.BYTES;
      case MADD_BYTES, DOT_UNSIGNED, DOT_SIGNED -> Byte.BYTES;
    };
  }

  /** Weights of one operand in a lane. */
  int tapsOfPart() {
    return parts().getFirst().size();
  }

  /** True where activations are stored as act − 128 and sums start at 128·Σw. */
  boolean signedActivations() {
    return arithmetic == Arithmetic.DOT_SIGNED;
  }

  /** Bytes as wide as a leaf of single taps takes them, scalar or vector. */
  Value widened(Code code, Value bytes) {
    return switch (arithmetic) {
      case MULTIPLY -> code.zeroExtend(bytes, Type.I32);
      case MULTIPLY_NEON -> code.zeroExtend(bytes, Type.I16);
      case MADD_WORDS, MADD_BYTES, DOT_UNSIGNED, DOT_SIGNED ->
          throw new IllegalStateException(text + " takes groups of bytes");
    };
  }

  /**
   * One operand of a fetched group.
   *
   * @param fetched {@link #widened} single taps, or group bytes for each lane, lane by lane
   * @param part index into {@link #parts}
   */
  Value operand(Code code, Value fetched, int lanes, int part) {
    return switch (arithmetic) {
      case MULTIPLY, MULTIPLY_NEON -> fetched;
      case MADD_WORDS -> {
        Value words = code.bitcast(fetched, Type.I16.x(2 * lanes));
        yield part == 0
            ? code.and(words, Value.splat(Type.I16.x(2 * lanes), 0xff))
            : code.shiftRightLogical(words, Byte.SIZE);
      }
      case MADD_BYTES, DOT_SIGNED -> fetched;
      case DOT_UNSIGNED -> code.bitcast(fetched, Type.I32.x(lanes));
    };
  }

  /** The packed weights of one operand, as they stand in memory. */
  Type weightType(int lanes) {
    return switch (arithmetic) {
      case MULTIPLY, MULTIPLY_NEON -> Type.I16.x(lanes);
      case MADD_WORDS -> Type.I16.x(2 * lanes);
      case MADD_BYTES, DOT_SIGNED -> Type.I8.x(4 * lanes);
      case DOT_UNSIGNED -> Type.I32.x(lanes);
    };
  }

  /** sum + Σ operand·weight over the taps of the part, i32 lanes modulo 2^32. */
  Value multiplyAdd(Code code, Value sum, Value operand, Value weight, int lanes) {
    Type sums = Type.I32.x(lanes);
    return switch (arithmetic) {
      case MULTIPLY -> code.add(sum, code.mul(operand, code.signExtend(weight, Type.I32)));
      case MULTIPLY_NEON ->
          code.add(sum, code.intrinsic("llvm.aarch64.neon.smull.v4i32", sums, operand, weight));
      case MADD_WORDS -> code.add(sum, X86Multiply.pairsOfWords(code, operand, weight));
      case MADD_BYTES -> {
        Value pairs = X86Multiply.pairsOfBytes(code, operand, weight);
        Value ones = Value.splat(Type.I16.x(2 * lanes), 1);
        yield code.add(sum, X86Multiply.pairsOfWords(code, pairs, ones));
      }
      case DOT_UNSIGNED -> X86Multiply.addQuadsOfBytes(code, sum, operand, weight);
      case DOT_SIGNED ->
          code.intrinsic("llvm.aarch64.neon.sdot.v4i32.v16i8", sums, sum, weight, operand);
    };
  }
}
