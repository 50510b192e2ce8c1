package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Arch;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How the lanes of an s32 vector become two vectors of 64-bit lanes, so that products are whole:
 * what an architecture multiplies without moving lanes about.
 */
enum WideHalves {
  /** x86: pmuldq multiplies the low words of 64-bit lanes, so even and odd lanes go apart. */
  EVEN_ODD {
    @Override
    Value wide(Code code, Value vector, int half) {
      return wideWord(code, code.bitcast(vector, wideType(lanes(vector))), half);
    }

    @Override
    Value loadFactor(Code code, Value address, int lanes) {
      return wideWord(code, code.load(wideType(lanes), address, bytes(lanes)), 0);
    }

    @Override
    Type.Int factorElement() {
      return Type.I64;
    }

    @Override
    Value narrow(Code code, Value even, Value odd) {
      int lanes = 2 * lanes(even);
      Type words = Type.I32.x(lanes);
      int[] mask = IntStream.range(0, lanes).map(i -> i % 2 == 0 ? i : lanes + i - 1).toArray();
      return code.shuffle(code.bitcast(even, words), code.bitcast(odd, words), mask);
    }

    @Override
    Value inHalves(Code code, Value lane, int lanes) {
      return code.add(code.mul(code.remainder(lane, 2), lanes / 2), code.divide(lane, 2));
    }
  },
  /** AArch64: smull and smull2 widen the lower and the upper half of the lanes. */
  LOW_HIGH {
    @Override
    Value wide(Code code, Value vector, int half) {
      int count = lanes(vector) / 2;
      return code.signExtend(code.slice(vector, half * count, count), Type.I64);
    }

    @Override
    Value loadFactor(Code code, Value address, int lanes) {
      Type.Vector words = Type.I32.x(lanes / 2);
      return code.signExtend(code.load(words, address, words.bits() / Byte.SIZE), Type.I64);
    }

    @Override
    Type.Int factorElement() {
      return Type.I32;
    }

    @Override
    Value narrow(Code code, Value low, Value high) {
      return code.concat(code.truncate(low, Type.I32), code.truncate(high, Type.I32));
    }

    @Override
    Value inHalves(Code code, Value lane, int lanes) {
      return lane;
    }
  };

  static final List<Integer> HALVES = List.of(0, 1);

  static WideHalves of(Arch arch) {
    return switch (arch) {
      case X86_64 -> EVEN_ODD;
      case AARCH64 -> LOW_HIGH;
    };
  }

  /** One half of the lanes, signs kept. */
  abstract Value wide(Code code, Value vector, int half);

  /** One half's s32 factors as they stand in memory, signs kept. */
  abstract Value loadFactor(Code code, Value address, int lanes);

  /** What a factor is stored as. */
  abstract Type.Int factorElement();

  /** The low words of both halves, in the order of the lanes. */
  abstract Value narrow(Code code, Value first, Value second);

  /** The place of a lane, i64, where the halves stand one behind the other. */
  abstract Value inHalves(Code code, Value lane, int lanes);

  /** Half a vector of so many lanes, widened. */
  static Type.Vector wideType(int lanes) {
    return Type.I64.x(lanes / 2);
  }

  private static int bytes(int lanes) {
    return wideType(lanes).bits() / Byte.SIZE;
  }

  private static int lanes(Value vector) {
    return ((Type.Vector) vector.type()).lanes();
  }

  /** Word 0 or 1 of every 64-bit lane, sign kept. */
  private static Value wideWord(Code code, Value wide, int word) {
    Value atTop = word == 0 ? code.shiftLeft(wide, Integer.SIZE) : wide;
    return code.shiftRightArithmetic(atTop, Integer.SIZE);
  }
}
