package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.WgtRange;
import java.util.List;

/**
 * x86 pmaddubsw: four u8·s8 products a lane, summed in pairs to int16 <em>with saturation</em>,
 * then by pmaddwd with ones to s32. With depth d, d such int16 vectors are added before the
 * widening.
 *
 * <p>Exact where no int16 sum can leave its range: it holds 2 · d products, each of a size of at
 * most max act · max |w|, so 2 · d · max act · max |w| ≤ 32767 suffices, and every order of the
 * additions is then free of saturation and wrapping. That is act ≤ 127 or |w| ≤ 64 for d = 1
 * (2·127·128 = 32512, 2·255·64 = 32640), act ≤ 127 and |w| ≤ 64, or |w| ≤ 32, for d = 2, and both
 * act ≤ 127 and |w| ≤ 32 for d = 4.
 *
 * <p>Positions outside the input are activations as well: a workload's class holds their azp.
 */
record ByteLeaf(String text, Isa isa, int lanes, int depth) implements Leaf {
  @Override
  public boolean exactFor(Numerics numerics) {
    WgtRange wgt = numerics.wgt();
    int largestWeight = Math.max(-wgt.min(), wgt.max());
    return wgt.signed() && 2 * depth * numerics.act().max() * largestWeight <= Short.MAX_VALUE;
  }

  @Override
  public int dot() {
    return 4;
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

  /** The int16 sum and the ones. */
  @Override
  public int scratch() {
    return 2;
  }

  @Override
  public double cycles() {
    double cycles = depth == 4 ? 2.8 : 0.27 + 0.53 * depth;
    return lanes > 8 ? 2 * cycles : cycles;
  }

  @Override
  public Value loadAct(Code code, Value address, int alignBytes) {
    return code.bitcast(code.splat(code.load(Type.I32, address, alignBytes), lanes), bytes());
  }

  @Override
  public Value loadWgt(Code code, Value address) {
    return code.load(bytes(), address, wgtPartBytes());
  }

  @Override
  public Value multiplyAdd(Code code, Value accumulator, List<Value> act, List<Value> wgt) {
    Value pairs = X86Multiply.pairsOfBytes(code, act.getFirst(), wgt.getFirst());
    for (int part = 1; part < depth; part++) {
      pairs = code.add(pairs, X86Multiply.pairsOfBytes(code, act.get(part), wgt.get(part)));
    }
    Value ones = Value.splat(Type.I16.x(2 * lanes), 1);
    return code.add(accumulator, X86Multiply.pairsOfWords(code, pairs, ones));
  }

  private Type.Vector bytes() {
    return Type.I8.x(4 * lanes);
  }
}
