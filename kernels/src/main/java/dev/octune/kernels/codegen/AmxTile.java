package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import java.util.List;
import java.util.stream.IntStream;

/**
 * AMX's int8 leaf: a tile register of up to 16 positions × 16 output channels gains the products of
 * up to 64 input channels (tdpbusd). Unlike a {@link Leaf} it takes a matrix of activations, whose
 * rows stand in memory at one distance, instead of one position's.
 *
 * <p>Always exact: tdpbusd adds four products of u8 and s8 to s32 and wraps, as vpdpbusd does.
 */
final class AmxTile {
  /** As schedules name it. */
  static final String LEAF = "amx_int8";

  /** Positions of a tile of sums, at most. */
  static final int ROWS = 16;

  /** Output channels of a tile of sums. */
  static final int LANES = 16;

  /** Input channels that one multiplication takes, at most. */
  static final int DEPTH = 64;

  /** Input channels that stand side by side in a row of weights. */
  static final int DOT = 4;

  /** Tile registers that there are. */
  static final int REGISTERS = 8;

  /**
   * Multiply-adds of a full tile in the time of one of a 512-bit vector: 16 cycles, two a cycle.
   */
  static final int SPEED_OF_VECTORS = 8;

  private static final int ROW_BYTES = LANES * PackedLayout.SUM_BYTES;

  private AmxTile() {}

  static Value zero(Code code, int rows) {
    return code.intrinsic("llvm.x86.tilezero.internal", Type.TILE, number(rows), number(ROW_BYTES));
  }

  /** Rows of so many bytes, {@code stride} bytes apart. */
  static Value load(Code code, int rows, int rowBytes, Value from, long stride) {
    return code.intrinsic(
        "llvm.x86.tileloadd64.internal",
        Type.TILE,
        number(rows),
        number(rowBytes),
        from,
        Value.index(stride));
  }

  /**
   * sums[position][channel] + Σ act[position][k] · wgt[k / 4][channel][k mod 4].
   *
   * @param rows positions
   * @param depth input channels, a multiple of 4
   */
  static Value multiplyAdd(Code code, int rows, int depth, Value sums, Value act, Value wgt) {
    return code.intrinsic(
        "llvm.x86.tdpbusd.internal",
        Type.TILE,
        number(rows),
        number(ROW_BYTES),
        number(depth),
        sums,
        act,
        wgt);
  }

  /** Writes the sums of each position, {@code stride} bytes apart. */
  static void store(Code code, int rows, Value sums, Value to, long stride) {
    code.effect(
        "llvm.x86.tilestored64.internal",
        number(rows),
        number(ROW_BYTES),
        to,
        Value.index(stride),
        sums);
  }

  /** The sums of each position as a vector. They pass through memory. */
  static List<Value> vectors(Code code, int rows, Value sums) {
    Value all =
        code.intrinsic("llvm.x86.cast.tile.to.vector.v256i32", Type.I32.x(ROWS * LANES), sums);
    return IntStream.range(0, rows).mapToObj(row -> code.slice(all, row * LANES, LANES)).toList();
  }

  private static Value number(int value) {
    return Value.of(Type.I16, value);
  }
}
