package dev.octune.kernels.ir;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * AMX's tile instructions in plain IR, for {@link Emulation}: a tile is a vector of 256 s32, row by
 * row, 16 a row. Rows and bytes beyond those that an instruction is told are zero, as in a
 * register.
 *
 * <p>Source: Intel SDM volume 2 (TILEZERO, TILELOADD, TILESTORED, TDPBUSD) and LLVM's intrinsics,
 * which carry the shape of each operand.
 */
final class TileEmulation {
  private static final int ROWS = 16;
  private static final int LANES = 16;
  private static final int LANE_BYTES = 4;
  private static final Type.Vector TILE = Type.I32.x(ROWS * LANES);
  private static final Type.Vector ROW = Type.I32.x(LANES);

  /** Rows and lanes of memory may start anywhere. */
  private static final int UNALIGNED = 1;

  private TileEmulation() {}

  static boolean knows(String intrinsic) {
    return switch (intrinsic) {
      case "llvm.x86.tilezero.internal",
          "llvm.x86.tileloadd64.internal",
          "llvm.x86.tdpbusd.internal",
          "llvm.x86.cast.tile.to.vector.v256i32" ->
          true;
      default -> false;
    };
  }

  /** The same result as the intrinsic's. */
  static Value emit(Code code, String intrinsic, Value... arguments) {
    return switch (intrinsic) {
      case "llvm.x86.tilezero.internal" -> Value.zero(TILE);
      case "llvm.x86.tileloadd64.internal" ->
          load(code, constant(arguments[0]), constant(arguments[1]), arguments[2], arguments[3]);
      case "llvm.x86.tdpbusd.internal" ->
          multiplyAdd(code, constant(arguments[2]), arguments[3], arguments[4], arguments[5]);
      case "llvm.x86.cast.tile.to.vector.v256i32" -> arguments[0];
      default -> throw Emulation.unknown(intrinsic);
    };
  }

  /** The same effect as the intrinsic's. */
  static void emitEffect(Code code, String intrinsic, Value... arguments) {
    if (!intrinsic.equals("llvm.x86.tilestored64.internal")) {
      throw Emulation.unknown(intrinsic);
    }
    int lanes = constant(arguments[1]) / LANE_BYTES;
    for (int row = 0; row < constant(arguments[0]); row++) {
      Value at = code.offset(arguments[2], code.mul(arguments[3], row));
      code.store(code.slice(arguments[4], row * LANES, lanes), at, UNALIGNED);
    }
  }

  private static Value load(Code code, int rows, int rowBytes, Value from, Value stride) {
    int lanes = rowBytes / LANE_BYTES;
    Value[] loaded = new Value[ROWS];
    for (int row = 0; row < ROWS; row++) {
      if (row >= rows) {
        loaded[row] = Value.zero(ROW);
        continue;
      }
      Value at = code.offset(from, code.mul(stride, row));
      Value part = code.load(Type.I32.x(lanes), at, UNALIGNED);
      // Lanes from `lanes` on pick the zeros that stand behind.
      loaded[row] =
          lanes == LANES
              ? part
              : code.shuffle(
                  part,
                  Value.zero(part.type()),
                  IntStream.range(0, LANES).map(lane -> Math.min(lane, lanes)).toArray());
    }
    for (int count = ROWS; count > 1; count /= 2) {
      for (int i = 0; i < count / 2; i++) {
        loaded[i] = code.concat(loaded[2 * i], loaded[2 * i + 1]);
      }
    }
    return loaded[0];
  }

  /**
   * sums[m][n] + Σk a[m][k] · b[k][n], where [k] are four bytes. In turn k lane k of every row of a
   * and row k of b meet all others; both are turned by one in each turn.
   */
  private static Value multiplyAdd(Code code, int depthBytes, Value sums, Value a, Value b) {
    return code.reduce(
            depthBytes / LANE_BYTES,
            List.of(sums, a, b),
            (_, carried) -> {
              Value left = carried.get(1);
              Value right = carried.get(2);
              Value broadcast = pick(code, left, i -> i / LANES * LANES);
              Value repeated = pick(code, right, i -> i % LANES);
              return List.of(
                  Emulation.dot(code, carried.get(0), broadcast, repeated, Byte.SIZE, false),
                  pick(code, left, i -> i / LANES * LANES + (i + 1) % LANES),
                  pick(code, right, i -> (i + LANES) % (ROWS * LANES)));
            })
        .getFirst();
  }

  private static Value pick(Code code, Value tile, IntUnaryOperator from) {
    return code.shuffle(tile, tile, IntStream.range(0, ROWS * LANES).map(from).toArray());
  }

  private static int constant(Value value) {
    if (value instanceof Value.Constant known) {
      return (int) known.value();
    }
    throw new IllegalArgumentException("the shape of a tile is a constant, not " + value.text());
  }
}
