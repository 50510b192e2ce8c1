package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.Numerics;
import java.util.List;

/**
 * The innermost operation: one vector of output channels gains the products of a few input channels
 * of one position. What differs between instruction sets stands here and nowhere else.
 *
 * <p>A <em>part</em> is {@link #dot} neighbouring input channels: of activations, one position's,
 * the same in every lane; of weights, those of {@link #lanes} output channels. One {@link
 * #multiplyAdd} takes {@link #depth} parts of each.
 */
interface Leaf {
  /** As schedules name it. */
  String text();

  /** The least instruction set that it needs. */
  Isa isa();

  /**
   * True where it is exact on every value the ranges allow; the proof stands at each
   * implementation.
   */
  boolean exactFor(Numerics numerics);

  /** Output channels of a vector: s32 lanes of an accumulator. */
  int lanes();

  /** Neighbouring input channels that meet in one lane of one part. */
  int dot();

  /** Parts that one multiplyAdd takes. */
  int depth();

  /** What an activation is packed as. */
  Type.Int actElement();

  /** What a weight is packed as. */
  Type.Int wgtElement();

  /**
   * What is subtracted from an activation when it is packed, so that it fits {@link #actElement};
   * accumulators then start from this × Σ w.
   */
  int actOffset();

  /** Vector registers that the instruction set has. */
  int registers();

  /** Vector registers that one accumulator takes. */
  int registersPerVector();

  /** Vector registers that multiplyAdd needs besides accumulators, weights and activations. */
  int scratch();

  /** Output positions beyond which another leaf is always faster; such a leaf is not offered. */
  default int maxPositions() {
    return Integer.MAX_VALUE;
  }

  /** Core cycles of a multiplyAdd in a good tile, for estimates: only ratios matter. */
  double cycles();

  /** Loads one part of one position's activations and repeats it in every lane. */
  Value loadAct(Code code, Value address, int alignBytes);

  /** Loads one part of the weights of {@link #lanes} output channels. */
  Value loadWgt(Code code, Value address);

  /** accumulator + Σ over parts and channels of act · wgt, lane by lane, modulo 2^32. */
  Value multiplyAdd(Code code, Value accumulator, List<Value> act, List<Value> wgt);

  /** Input channels that one multiplyAdd takes. */
  default int group() {
    return dot() * depth();
  }

  /** The type of an accumulator. */
  default Type.Vector accumulator() {
    return Type.I32.x(lanes());
  }

  /** Bytes of one part of one position's activations. */
  default int actPartBytes() {
    return dot() * actElement().bits() / Byte.SIZE;
  }

  /** Bytes of one part of one vector's weights. */
  default int wgtPartBytes() {
    return lanes() * dot() * wgtElement().bits() / Byte.SIZE;
  }

  /** Multiply-adds of one multiplyAdd. */
  default int macs() {
    return lanes() * group();
  }
}
