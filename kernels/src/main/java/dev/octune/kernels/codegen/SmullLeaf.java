package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.Numerics;
import java.util.List;

/**
 * NEON smull for cores without a dot product: s8 · s8 products in int16, with depth 2 two of them
 * added, then summed in pairs into s32 by sadalp. Activations are stored less 128 and 128 · Σ w is
 * added per output channel.
 *
 * <p>One product always fits int16 (128 · 128 = 16384). The sum of two does where |w| ≤ 127, as 2 ·
 * 128 · 127 = 32512; with w = −128 it would not, as 2 · (−128)² = 32768.
 */
record SmullLeaf(String text, int depth) implements Leaf {
  private static final int LANES = 4;
  private static final int ACT_OFFSET = 128;
  private static final Type.Vector BYTES = Type.I8.x(2 * LANES);
  private static final Type.Vector PRODUCTS = Type.I16.x(2 * LANES);

  @Override
  public Isa isa() {
    return Isa.NEON;
  }

  @Override
  public boolean exactFor(Numerics numerics) {
    return numerics.wgt().signed() && depth * ACT_OFFSET * -numerics.wgt().min() <= Short.MAX_VALUE;
  }

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int dot() {
    return 2;
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
    return ACT_OFFSET;
  }

  @Override
  public int registers() {
    return 32;
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
    return 0.5 + 0.5 * depth;
  }

  @Override
  public Value loadAct(Code code, Value address, int alignBytes) {
    return code.bitcast(code.splat(code.load(Type.I16, address, alignBytes), LANES), BYTES);
  }

  @Override
  public Value loadWgt(Code code, Value address) {
    return code.load(BYTES, address, wgtPartBytes());
  }

  @Override
  public Value multiplyAdd(Code code, Value accumulator, List<Value> act, List<Value> wgt) {
    Value products = products(code, act.getFirst(), wgt.getFirst());
    for (int part = 1; part < depth; part++) {
      products = code.add(products, products(code, act.get(part), wgt.get(part)));
    }
    return code.add(
        accumulator,
        code.intrinsic("llvm.aarch64.neon.saddlp.v4i32.v8i16", accumulator(), products));
  }

  private static Value products(Code code, Value act, Value wgt) {
    return code.intrinsic("llvm.aarch64.neon.smull.v8i16", PRODUCTS, act, wgt);
  }
}
