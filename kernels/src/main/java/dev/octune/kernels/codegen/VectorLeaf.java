package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.Numerics;
import java.util.List;

/**
 * Plain vector IR without an intrinsic: int16 operands, s32 products. LLVM makes pmullw/pmulhw of
 * it on SSE2 and smlal on AArch64.
 *
 * <p>Always exact: operands lie in [−255, 255], products are formed in s32.
 */
record VectorLeaf(Isa isa, Type.Int wgtElement) implements Leaf {
  private static final int VECTOR_BITS = 128;

  @Override
  public String text() {
    return wgtElement.equals(Type.I16) ? "vector_s16" : "vector";
  }

  @Override
  public boolean exactFor(Numerics numerics) {
    return wgtElement.equals(Type.I16) || numerics.wgt().signed();
  }

  @Override
  public int lanes() {
    return 8;
  }

  @Override
  public int dot() {
    return 1;
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
    return accumulator().bits() / VECTOR_BITS;
  }

  @Override
  public int scratch() {
    return 2;
  }

  @Override
  public double cycles() {
    return isa == Isa.NEON ? 1 : 3;
  }

  @Override
  public Value loadAct(Code code, Value address, int alignBytes) {
    return code.splat(code.load(Type.I16, address, alignBytes), lanes());
  }

  @Override
  public Value loadWgt(Code code, Value address) {
    return code.signExtend(code.load(wgtElement.x(lanes()), address, wgtPartBytes()), Type.I16);
  }

  @Override
  public Value multiplyAdd(Code code, Value accumulator, List<Value> act, List<Value> wgt) {
    return code.add(
        accumulator,
        code.mul(
            code.signExtend(act.getFirst(), Type.I32), code.signExtend(wgt.getFirst(), Type.I32)));
  }
}
