package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.Numerics;
import java.util.ArrayList;
import java.util.List;

/**
 * x86 pmaddubsw on activations cut in two, for products that are bound by streaming their weights:
 * a = 8 · ⌊a / 8⌋ + a mod 8. Four parts of either half are added in int16, then widened by pmaddwd
 * with 8 and with 1. Weights stay bytes and are never widened one by one: 4.5 vector operations for
 * 32 weights, where {@link PairLeaf} on bytes takes 6.
 *
 * <p>Always exact: ⌊a / 8⌋ ≤ 31, so four parts of pairs sum to at most 4 · 2 · 31 · 128 = 31 744,
 * within int16 whatever the order; a mod 8 ≤ 7, four parts to 7 168. pmaddwd makes s32 of them,
 * additions wrap.
 */
record HalvesLeaf(String text, Isa isa, int lanes) implements Leaf {
  private static final int LOW_BITS = 3;
  private static final int PARTS = 4;

  /** With more positions weights are worth widening once for all of them. */
  private static final int MAX_POSITIONS = 4;

  @Override
  public boolean exactFor(Numerics numerics) {
    return numerics.wgt().signed();
  }

  @Override
  public int maxPositions() {
    return MAX_POSITIONS;
  }

  @Override
  public int dot() {
    return 4;
  }

  @Override
  public int depth() {
    return PARTS;
  }

  @Override
  public Type.Int actElement() {
    return Type.I8;
  }

  @Override
  public Type.Int wgtElement() {
    return Type.I8;
  }

  @Override
  public int actOffset() {
    return 0;
  }

  @Override
  public int registers() {
    return isa.vectorRegisters();
  }

  @Override
  public int registersPerVector() {
    return 1;
  }

  /** Two sums; 8 and 1 and the masks are memory operands. */
  @Override
  public int scratch() {
    return 2;
  }

  @Override
  public double cycles() {
    return lanes > 8 ? 9 : 4.5;
  }

  @Override
  public Value loadAct(Code code, Value address, int alignBytes) {
    return code.bitcast(code.splat(code.load(Type.I32, address, alignBytes), lanes), words());
  }

  @Override
  public Value loadWgt(Code code, Value address) {
    return code.load(bytes(), address, wgtPartBytes());
  }

  @Override
  public Value multiplyAdd(Code code, Value accumulator, List<Value> act, List<Value> wgt) {
    List<Value> high = new ArrayList<>();
    List<Value> low = new ArrayList<>();
    for (int part = 0; part < PARTS; part++) {
      // The same of one position for every vector of weights: the compiler keeps one of them.
      Value upper = masked(code, code.shiftRightLogical(act.get(part), LOW_BITS), 0xFF >> LOW_BITS);
      Value lower = masked(code, act.get(part), (1 << LOW_BITS) - 1);
      high.add(X86Multiply.pairsOfBytes(code, upper, wgt.get(part)));
      low.add(X86Multiply.pairsOfBytes(code, lower, wgt.get(part)));
    }
    Value sum = code.add(accumulator, widened(code, high, 1 << LOW_BITS));
    return code.add(sum, widened(code, low, 1));
  }

  /** Σ of the parts · factor, in s32. */
  private Value widened(Code code, List<Value> parts, int factor) {
    Value sum =
        code.add(code.add(parts.get(0), parts.get(1)), code.add(parts.get(2), parts.get(3)));
    return X86Multiply.pairsOfWords(code, sum, Value.splat(words(), factor));
  }

  private Value masked(Code code, Value words, int byteMask) {
    return code.bitcast(
        code.and(words, Value.splat(words(), byteMask << Byte.SIZE | byteMask)), bytes());
  }

  private Type.Vector words() {
    return Type.I16.x(2 * lanes);
  }

  private Type.Vector bytes() {
    return Type.I8.x(4 * lanes);
  }
}
