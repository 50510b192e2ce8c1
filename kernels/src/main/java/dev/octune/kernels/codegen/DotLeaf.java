package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.Numerics;
import java.util.List;

/**
 * One instruction that adds the dot product of a lane's channels to s32 without saturation: AVX-512
 * and AVX VNNI's vpdpbusd (u8 · s8, four channels) and vpdpwssd (s16 · s16, two), NEON sdot (s8 ·
 * s8, four).
 *
 * <p>Always exact: every product fits s32 by far and additions wrap (the saturating forms vpdpbusds
 * and vpdpwssds are other instructions). sdot reads activations as signed, so they are stored less
 * 128, positions outside the input too, and 128 · Σ w is added per output channel.
 */
record DotLeaf(
    String text, Isa isa, int lanes, int dot, Type.Int element, int actOffset, String intrinsic)
    implements Leaf {

  @Override
  public boolean exactFor(Numerics numerics) {
    return element.equals(Type.I16) || numerics.wgt().signed();
  }

  @Override
  public int depth() {
    return 1;
  }

  @Override
  public Type.Int actElement() {
    return element;
  }

  @Override
  public Type.Int wgtElement() {
    return element;
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
    return 0;
  }

  @Override
  public double cycles() {
    return accumulator().bits() > 256 ? 1 : 0.5;
  }

  @Override
  public Value loadAct(Code code, Value address, int alignBytes) {
    return operand(code, code.splat(code.load(Type.I32, address, alignBytes), lanes));
  }

  @Override
  public Value loadWgt(Code code, Value address) {
    return operand(code, code.load(accumulator(), address, wgtPartBytes()));
  }

  /** Activations are the unsigned side of vpdpbusd, which comes first. */
  @Override
  public Value multiplyAdd(Code code, Value accumulator, List<Value> act, List<Value> wgt) {
    return code.intrinsic(intrinsic, accumulator(), accumulator, act.getFirst(), wgt.getFirst());
  }

  /** LLVM 20 takes VNNI operands as s32 lanes, NEON's as bytes. */
  private Value operand(Code code, Value words) {
    return isa == Isa.DOTPROD ? code.bitcast(words, Type.I8.x(4 * lanes)) : words;
  }
}
