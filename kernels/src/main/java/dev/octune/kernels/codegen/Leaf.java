package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.Numerics;
import java.util.ArrayList;
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

  /** Columns of outputs that one accumulator of a tile is for. */
  default int outputsOfSum() {
    return 1;
  }

  /** Vector registers that the instruction set has. */
  int registers();

  /** Vector registers that one accumulator takes. */
  int registersPerVector();

  /** Vector registers that multiplyAdd needs besides accumulators, weights and activations. */
  int scratch();

  /** Parts of an operand that the multiplyAdds of a tile keep in registers at once. */
  default int heldParts() {
    return depth();
  }

  /** Vector registers that a tile of positions × vectors keeps alive. */
  default int liveRegisters(int positions, int vectors) {
    return (positions * vectors + vectors * depth()) * registersPerVector() + depth() + scratch();
  }

  /** Output positions beyond which another leaf is always faster; such a leaf is not offered. */
  default int maxPositions() {
    return Integer.MAX_VALUE;
  }

  /** Core cycles of a multiplyAdd in a good tile, for estimates: only ratios matter. */
  double cycles();

  /** How an activation is cut when it is packed. */
  default ActForm actForm() {
    return ActForm.WHOLE;
  }

  /** Loads one part of one position's activations and repeats it in every lane. */
  Value loadAct(Code code, Value address, int alignBytes);

  /** Loads one part of the weights of {@link #lanes} output channels. */
  Value loadWgt(Code code, Value address);

  /**
   * accumulator + Σ over parts and channels of act · wgt, lane by lane, modulo 2^32.
   *
   * @param act by part, of each its planes
   */
  Value multiplyAdd(Code code, Value accumulator, List<Value> act, List<Value> wgt);

  /**
   * The multiplyAdds of a whole register tile.
   *
   * @param sums by position, of each its vectors
   */
  default List<Value> multiplyAdd(Code code, List<Value> sums, Tile tile) {
    List<List<Value>> wgt = new ArrayList<>();
    for (int vector = 0; vector < tile.vectors(); vector++) {
      List<Value> parts = new ArrayList<>();
      for (int part = 0; part < depth(); part++) {
        parts.add(tile.wgt(vector, part));
      }
      wgt.add(parts);
    }
    List<Value> next = new ArrayList<>(sums);
    for (int position : tile.positions()) {
      List<Value> act = new ArrayList<>();
      for (int part = 0; part < depth(); part++) {
        for (int plane = 0; plane < actForm().planes(); plane++) {
          act.add(tile.act(position, part, plane));
        }
      }
      for (int vector = 0; vector < tile.vectors(); vector++) {
        int sum = position * tile.vectors() + vector;
        next.set(sum, multiplyAdd(code, next.get(sum), act, wgt.get(vector)));
      }
    }
    return next;
  }

  /** The operands of a register tile; each call writes a load. */
  interface Tile {
    int vectors();

    /** Those whose products count. */
    List<Integer> positions();

    Value act(int position, int part, int plane);

    Value wgt(int vector, int part);
  }

  /** Input channels that one multiplyAdd takes. */
  default int group() {
    return dot() * depth();
  }

  /** The type of an accumulator. */
  default Type.Vector accumulator() {
    return Type.I32.x(lanes());
  }

  /** Bytes of one part of one position's activations in one plane. */
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
