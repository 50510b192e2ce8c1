package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The reduction of a register tile over lists of weights, one loop for each class: entries say by
 * themselves which activations they meet. Each is exact for what packing put into its list.
 */
record ListedReduction(Tiling at, ListedWeights lists) {
  private static final Type.Vector BYTES = Type.I8.x(32);
  private static final Type.Vector WORDS = Type.I16.x(16);

  /**
   * Walks all lists.
   *
   * @param act activations of tap (0, 0) and channel 0 of the tile's first column
   * @param block the lists of the block of output channels
   * @param firstRow the first tap row inside the input
   * @param endRow behind the last one
   * @param start sums, those of one column side by side
   */
  List<Value> reduce(
      Code code, Value act, Value block, Value firstRow, Value endRow, List<Value> start) {
    List<Value> carried = new ArrayList<>();
    carried.add(code.offset(block, lists.weightsOffset()));
    carried.add(code.offset(block, lists.offsetsOffset()));
    carried.addAll(start);
    for (ListClass member : lists.listing().classes().members()) {
      carried =
          at.border() == Border.PACKED
              ? allOf(code, member, act, block, carried)
              : rowsOf(code, member, act, block, firstRow, endRow, carried);
    }
    return carried.subList(2, carried.size());
  }

  private List<Value> allOf(
      Code code, ListClass member, Value act, Value block, List<Value> carried) {
    return code.reduce(
        Value.index(0),
        rowStart(code, member, block, Value.index(1)),
        carried,
        (_, before) -> entry(code, member, act, before));
  }

  private List<Value> rowsOf(
      Code code,
      ListClass member,
      Value act,
      Value block,
      Value firstRow,
      Value endRow,
      List<Value> carried) {
    Value first = rowStart(code, member, block, firstRow);
    Value end = rowStart(code, member, block, endRow);
    Value count = rowStart(code, member, block, Value.index(lists.rows()));
    List<Value> from = new ArrayList<>(carried);
    from.set(0, code.offset(carried.get(0), code.mul(first, weightBytes(member))));
    from.set(1, code.offset(carried.get(1), code.mul(first, offsetBytes(member))));
    List<Value> after =
        new ArrayList<>(
            code.reduce(first, end, from, (_, before) -> entry(code, member, act, before)));
    after.set(0, code.offset(carried.get(0), code.mul(count, weightBytes(member))));
    after.set(1, code.offset(carried.get(1), code.mul(count, offsetBytes(member))));
    return after;
  }

  /** At which entry of a class a tap row begins. */
  private Value rowStart(Code code, ListClass member, Value block, Value row) {
    Value starts = code.offset(block, lists.startsOffset(member));
    Value start = code.offset(starts, code.mul(row, ListedWeights.OFFSET_BYTES));
    return code.zeroExtend(code.load(Type.I32, start, ListedWeights.OFFSET_BYTES), Type.I64);
  }

  private long weightBytes(ListClass member) {
    return (long) member.vectorBytes() * at.ocVectors();
  }

  private static long offsetBytes(ListClass member) {
    return (long) member.chunks() * ListedWeights.OFFSET_BYTES;
  }

  private List<Value> entry(Code code, ListClass member, Value act, List<Value> before) {
    Value wgt = before.get(0);
    Value offsets = before.get(1);
    List<Value> places = new ArrayList<>();
    for (int chunk = 0; chunk < member.chunks(); chunk++) {
      long step = (long) chunk * ListedWeights.OFFSET_BYTES;
      Value offset = code.load(Type.I32, code.offset(offsets, step), ListedWeights.OFFSET_BYTES);
      places.add(code.offset(act, code.zeroExtend(offset, Type.I64)));
    }
    List<Value> next = new ArrayList<>();
    next.add(code.offset(wgt, weightBytes(member)));
    next.add(code.offset(offsets, offsetBytes(member)));
    next.addAll(before.subList(2, before.size()));
    List<Value> sums = next.subList(2, next.size());
    switch (member) {
      case D8 -> pairedChunks(code, wgt, places, sums);
      case P4 -> bytes(code, wgt, places.getFirst(), sums);
      case H0 -> half(code, wgt, places.getFirst(), 0, sums);
      case H1 -> half(code, wgt, places.getFirst(), 1, sums);
      case I4 -> words(code, wgt, places.getFirst(), sums);
    }
    return next;
  }

  private void pairedChunks(Code code, Value wgt, List<Value> places, List<Value> sums) {
    List<Value> first = vectors(code, wgt, 0, BYTES);
    List<Value> second = vectors(code, wgt, at.ocVectors(), BYTES);
    for (int column = 0; column < at.owTile(); column++) {
      Value x = activations(code, places.get(0), column);
      Value y = activations(code, places.get(1), column);
      for (int o = 0; o < at.ocVectors(); o++) {
        Value pairs =
            code.add(
                X86Multiply.pairsOfBytes(code, x, first.get(o)),
                X86Multiply.pairsOfBytes(code, y, second.get(o)));
        addPairs(code, pairs, column, o, sums);
      }
    }
  }

  private void bytes(Code code, Value wgt, Value place, List<Value> sums) {
    List<Value> weights = vectors(code, wgt, 0, BYTES);
    for (int column = 0; column < at.owTile(); column++) {
      Value x = activations(code, place, column);
      for (int o = 0; o < at.ocVectors(); o++) {
        addPairs(code, X86Multiply.pairsOfBytes(code, x, weights.get(o)), column, o, sums);
      }
    }
  }

  private void words(Code code, Value wgt, Value place, List<Value> sums) {
    List<Value> even = vectors(code, wgt, 0, WORDS);
    List<Value> odd = vectors(code, wgt, at.ocVectors(), WORDS);
    for (int column = 0; column < at.owTile(); column++) {
      Value x = code.bitcast(activations(code, place, column), WORDS);
      Value evenCodes = evenCodes(code, x);
      Value oddCodes = oddCodes(code, x);
      for (int o = 0; o < at.ocVectors(); o++) {
        addWords(code, evenCodes, even.get(o), column, o, sums);
        addWords(code, oddCodes, odd.get(o), column, o, sums);
      }
    }
  }

  /** One of two vectors as words, the other as bytes. */
  private void half(Code code, Value wgt, Value place, int wordsAt, List<Value> sums) {
    Value bytes = vector(code, wgt, 0, BYTES);
    Value even = vector(code, wgt, 1, WORDS);
    Value odd = vector(code, wgt, 2, WORDS);
    for (int column = 0; column < at.owTile(); column++) {
      Value x = activations(code, place, column);
      addPairs(code, X86Multiply.pairsOfBytes(code, x, bytes), column, 1 - wordsAt, sums);
      Value codes = code.bitcast(x, WORDS);
      addWords(code, evenCodes(code, codes), even, column, wordsAt, sums);
      addWords(code, oddCodes(code, codes), odd, column, wordsAt, sums);
    }
  }

  private static Value evenCodes(Code code, Value x) {
    return code.and(x, Value.splat(WORDS, 0x00FF));
  }

  private static Value oddCodes(Code code, Value x) {
    return code.shiftRightLogical(x, Byte.SIZE);
  }

  private void addPairs(Code code, Value pairs, int column, int o, List<Value> sums) {
    addWords(code, pairs, Value.splat(WORDS, 1), column, o, sums);
  }

  private void addWords(Code code, Value a, Value b, int column, int o, List<Value> sums) {
    int sum = column * at.ocVectors() + o;
    sums.set(sum, code.add(sums.get(sum), X86Multiply.pairsOfWords(code, a, b)));
  }

  private Value activations(Code code, Value place, int column) {
    PackedLayout layout = lists.layout();
    long step = (long) column * layout.conv().window().strideW() * layout.actColumnBytes();
    return at.leaf().loadAct(code, code.offset(place, step), layout.actAlignBytes());
  }

  private List<Value> vectors(Code code, Value wgt, int from, Type type) {
    List<Value> vectors = new ArrayList<>();
    for (int o = 0; o < at.ocVectors(); o++) {
      vectors.add(vector(code, wgt, from + o, type));
    }
    return vectors;
  }

  private static Value vector(Code code, Value wgt, int index, Type type) {
    long step = (long) index * ListedWeights.VECTOR_BYTES;
    return code.load(type, code.offset(wgt, step), ListedWeights.VECTOR_BYTES);
  }
}
