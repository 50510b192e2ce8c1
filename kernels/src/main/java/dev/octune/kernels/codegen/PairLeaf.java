package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.Numerics;
import java.util.List;

/**
 * x86 pmaddwd: two int16 products summed in s32, then added; two channels a lane.
 *
 * <p>Always exact: an activation less any zero point lies in [−255, 255], a weight less its zero
 * point as well, so a pair sums to at most 2 · 255 · 255, far inside s32; additions wrap.
 *
 * @param wgtElement i16, or i8 where weights are widened as they are loaded: half the bytes to
 *     stream for one more instruction a vector
 */
record PairLeaf(String text, Isa isa, int lanes, Type.Int wgtElement) implements Leaf {
  @Override
  public boolean exactFor(Numerics numerics) {
    return wgtElement.equals(Type.I16) || numerics.wgt().signed();
  }

  @Override
  public int dot() {
    return 2;
  }

  @Override
  public int depth() {
    return 1;
  }

  @Override
  public Type.Int actElement() {
    return Type.I16;
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

  @Override
  public int scratch() {
    return 1;
  }

  @Override
  public double cycles() {
    return lanes > 8 ? 1 : 0.5;
  }

  @Override
  public Value loadAct(Code code, Value address, int alignBytes) {
    return code.bitcast(
        code.splat(code.load(Type.I32, address, alignBytes), lanes), Type.I16.x(2 * lanes));
  }

  @Override
  public Value loadWgt(Code code, Value address) {
    return code.signExtend(code.load(wgtElement.x(2 * lanes), address, wgtPartBytes()), Type.I16);
  }

  @Override
  public Value multiplyAdd(Code code, Value accumulator, List<Value> act, List<Value> wgt) {
    return code.add(accumulator, X86Multiply.pairsOfWords(code, act.getFirst(), wgt.getFirst()));
  }
}
