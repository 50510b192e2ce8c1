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
 * a = 16 · ⌊a / 16⌋ + a mod 16. Eight parts of either nibble are added in int16, then widened by
 * pmaddwd with 16 and with 1. Weights stay bytes and are never widened one by one: 2.25
 * multiplications and 4.25 vector operations for 32 weights, where {@link PairLeaf} on bytes takes
 * 6. Activations are packed as nibbles, so nothing is cut in the loop.
 *
 * <p>Always exact: a nibble is at most 15 and |w| ≤ 128, so a pair sums to at most 2 · 15 · 128 = 3
 * 840, and n parts to 3 840 · n, whatever the order in which they are added. Eight are 30 720 ≤ 32
 * 767, so neither pmaddubsw saturates nor does an int16 sum wrap; nine would be 34 560. pmaddwd by
 * 16 and by 1 makes s32 of them, where additions wrap.
 *
 * <p>No other cut is widened as seldom: one into h + l bits holds ⌊32 767 / (256 · (2^h − 1))⌋ and
 * ⌊32 767 / (256 · (2^l − 1))⌋ parts, 8 and 8 for 4 + 4, 4 and 18 for 5 + 3, 2 and 42 for 6 + 2.
 */
record NibblesLeaf(String text, Isa isa, int lanes) implements Leaf {
  private static final int PARTS = 8;
  private static final int HIGH = 16;

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
  public ActForm actForm() {
    return ActForm.NIBBLES;
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

  /** 16 and 1 are memory operands. */
  @Override
  public int scratch() {
    return 1;
  }

  @Override
  public int heldParts() {
    return 1;
  }

  /** The sum and the int16 sums of both nibbles; one part's operands at a time. */
  @Override
  public int liveRegisters(int positions, int vectors) {
    int planes = actForm().planes();
    return positions * vectors * (1 + planes) + planes + 1 + scratch();
  }

  @Override
  public double cycles() {
    return lanes > 8 ? 17 : 8.5;
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
    List<Value> nibbles = new ArrayList<>();
    for (int part = 0; part < PARTS; part++) {
      addPart(code, nibbles, act.subList(2 * part, 2 * part + 2), wgt.get(part));
    }
    return widened(code, accumulator, nibbles);
  }

  /** One part of all vectors after the other: int16 sums stay in registers, operands pass. */
  @Override
  public List<Value> multiplyAdd(Code code, List<Value> sums, Tile tile) {
    List<List<Value>> nibbles = new ArrayList<>();
    sums.forEach(_ -> nibbles.add(new ArrayList<>()));
    for (int part = 0; part < PARTS; part++) {
      List<Value> wgt = new ArrayList<>();
      for (int vector = 0; vector < tile.vectors(); vector++) {
        wgt.add(tile.wgt(vector, part));
      }
      for (int position : tile.positions()) {
        List<Value> act = List.of(tile.act(position, part, 0), tile.act(position, part, 1));
        for (int vector = 0; vector < tile.vectors(); vector++) {
          addPart(code, nibbles.get(position * tile.vectors() + vector), act, wgt.get(vector));
        }
      }
    }
    List<Value> next = new ArrayList<>();
    for (int sum = 0; sum < sums.size(); sum++) {
      List<Value> added = nibbles.get(sum);
      next.add(added.isEmpty() ? sums.get(sum) : widened(code, sums.get(sum), added));
    }
    return next;
  }

  /** Adds a part to the int16 sums of both nibbles, of which there are none before the first. */
  private static void addPart(Code code, List<Value> nibbles, List<Value> act, Value wgt) {
    boolean first = nibbles.isEmpty();
    for (int plane = 0; plane < act.size(); plane++) {
      Value pairs = X86Multiply.pairsOfBytes(code, act.get(plane), wgt);
      if (first) {
        nibbles.add(pairs);
      } else {
        nibbles.set(plane, code.add(nibbles.get(plane), pairs));
      }
    }
  }

  private Value widened(Code code, Value accumulator, List<Value> nibbles) {
    Type.Vector words = Type.I16.x(2 * lanes);
    Value high = X86Multiply.pairsOfWords(code, nibbles.get(0), Value.splat(words, HIGH));
    Value low = X86Multiply.pairsOfWords(code, nibbles.get(1), Value.splat(words, 1));
    return code.add(accumulator, code.add(high, low));
  }

  private Type.Vector bytes() {
    return Type.I8.x(4 * lanes);
  }
}
