package dev.octune.kernels.codegen;

import static dev.octune.kernels.codegen.Steps.along;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Packs weights into lists: the plan is made here, by the packing function, from the weights that
 * it is given. So {@link dev.octune.kernels.weights.LaneBound} is checked on the very weights that
 * the kernel will meet, whichever they are.
 *
 * <p>Of each block of output channels: every chunk is laid out as P4 takes it; the sums of its
 * lanes tell whether it is safe, in which vectors it is not, or that it is all zero; safe chunks
 * are sorted by their largest lane, and each takes as its D8 partner the next one of its row with
 * which all lanes keep the bound.
 */
record ListedPacking(ListedWeights lists, UnaryOperator<Value> channelAt) {
  /** How far down the sorted chunks a partner is sought: beyond, none was found in practice. */
  private static final int PARTNERS_TRIED = 256;

  /** A kind and a row share a byte: rows that it can tell. */
  static final int MAX_ROWS = 32;

  private static final int KINDS = 8;

  /** What a chunk is; those put into a list become {@link #DONE}. */
  private static final int DONE = 0;

  private static final int SAFE = 1;
  private static final int FIRST_UNSAFE = 2;
  private static final int SECOND_UNSAFE = 3;
  private static final int UNSAFE = 4;

  /** Writes the lists of all blocks; the packed buffer is zero before. */
  void emit(Code code) {
    PackedLayout layout = lists.layout();
    Contraction conv = layout.conv();
    Value room = code.offset(code.param("packed"), conv.wgtBatches() * layout.wgtSetBytes());
    code.loop(
        conv.wgtBatches(),
        set ->
            code.loop(
                layout.ocBlocks(),
                block -> {
                  Value from = along(code, code.param("plain"), set, conv.wgt().set());
                  from = along(code, from, block, layout.ocBlock() * conv.wgt().oc());
                  Value to = along(code, code.param("packed"), set, layout.wgtSetBytes());
                  to = along(code, to, block, layout.wgtOcBlockBytes());
                  Value left = code.sub(Value.index(conv.oc()), code.mul(block, layout.ocBlock()));
                  gather(code, from, room, code.minSigned(left, Value.index(layout.ocBlock())));
                  weigh(code, room);
                  Value safe = sort(code, room);
                  write(code, room, to, safe);
                }));
  }

  /** Lays out the weights of a block chunk by chunk. */
  private void gather(Code code, Value from, Value room, Value outChannels) {
    PackedLayout layout = lists.layout();
    Contraction conv = layout.conv();
    Value raw = code.offset(room, lists.rawOffset());
    code.loop(
        lists.chunks() * lists.rawBytes() / ListedWeights.VECTOR_BYTES,
        i ->
            code.store(
                Value.zero(Type.I8.x(ListedWeights.VECTOR_BYTES)),
                along(code, raw, i, ListedWeights.VECTOR_BYTES),
                ListedWeights.VECTOR_BYTES));
    code.loop(
        Value.index(0),
        outChannels,
        o ->
            code.loop(
                conv.ic(),
                position -> {
                  Value read = along(code, from, o, conv.wgt().oc());
                  read = along(code, read, channelAt.apply(position), conv.wgt().ic());
                  Value inBlock = code.remainder(position, layout.icBlock());
                  Value chunk =
                      code.add(
                          code.mul(
                              code.divide(position, layout.icBlock()),
                              (long) conv.taps() * lists.blockChunks()),
                          code.divide(inBlock, ListedWeights.CHUNK));
                  Value write = along(code, raw, chunk, lists.rawBytes());
                  write = along(code, write, o, ListedWeights.CHUNK);
                  write = code.offset(write, code.remainder(inBlock, ListedWeights.CHUNK));
                  code.reduce(
                      conv.taps(),
                      List.of(read, write),
                      (_, at) -> {
                        code.store(code.load(Type.I8, at.get(0), 1), at.get(1), 1);
                        return List.of(
                            code.offset(at.get(0), conv.wgt().x()),
                            code.offset(at.get(1), lists.blockChunks() * lists.rawBytes()));
                      });
                }));
  }

  /** Sums up the lanes of every chunk and tells what it is. */
  private void weigh(Code code, Value room) {
    Type.Vector type = laneSums();
    code.loop(
        lists.chunks(),
        chunk -> {
          Value raw = raw(code, room, chunk);
          Value even = everySecond(code, raw, 0);
          Value odd = everySecond(code, raw, 1);
          Value zero = Value.zero(type);
          Value positive = code.add(code.maxSigned(even, zero), code.maxSigned(odd, zero));
          Value negative =
              code.sub(zero, code.add(code.minSigned(even, zero), code.minSigned(odd, zero)));
          Value lanes =
              along(code, code.offset(room, lists.lanesOffset()), chunk, 2 * lists.laneBytes());
          code.store(positive, lanes, ListedWeights.VECTOR_BYTES);
          code.store(negative, code.offset(lanes, lists.laneBytes()), ListedWeights.VECTOR_BYTES);
          Value size =
              code.zeroExtend(
                  code.intrinsic(
                      "llvm.vector.reduce.umax.v" + type.lanes() + "i16",
                      Type.I16,
                      code.maxUnsigned(positive, negative)),
                  Type.I32);
          code.store(
              size, word(code, room, lists.sizesOffset(), chunk), ListedWeights.OFFSET_BYTES);
          Value unsafe = beyond(code, positive, negative);
          code.store(
              code.add(kindOf(code, size, unsafe), rowBits(code, chunk)),
              code.offset(code.offset(room, lists.kindsOffset()), chunk),
              1);
        });
  }

  /** A bit for each lane that leaves the bound. */
  private Value beyond(Code code, Value positive, Value negative) {
    Type.Vector type = (Type.Vector) positive.type();
    Value lanes =
        code.or(
            code.compare(Code.Compare.ULT, Value.splat(type, lists.bound().positive()), positive),
            code.compare(Code.Compare.ULT, Value.splat(type, lists.bound().negative()), negative));
    return code.bitcast(lanes, new Type.Int(type.lanes()));
  }

  private Value kindOf(Code code, Value size, Value unsafe) {
    Type.Int bits = (Type.Int) unsafe.type();
    Listing.Classes classes = lists.listing().classes();
    Value kind = kind(UNSAFE);
    if (classes.has(ListClass.H0)) {
      int half = bits.bits() / 2;
      Value first = code.and(unsafe, Value.of(bits, (1L << half) - 1));
      Value second = code.shiftRightLogical(unsafe, half);
      kind = code.select(isZero(code, first), kind(SECOND_UNSAFE), kind);
      kind = code.select(isZero(code, second), kind(FIRST_UNSAFE), kind);
    }
    if (classes.has(ListClass.P4)) {
      kind = code.select(isZero(code, unsafe), kind(SAFE), kind);
    }
    return code.select(isZero(code, size), kind(DONE), kind);
  }

  /** Sorts safe chunks by size, the largest first, by counting; how many there are. */
  private Value sort(Code code, Value room) {
    int bound = lists.bound().largest();
    code.loop(
        bound + 2,
        size ->
            code.store(
                Value.of(Type.I32, 0),
                word(code, room, lists.sizeStartsOffset(), size),
                ListedWeights.OFFSET_BYTES));
    // starts[b + 1] counts those of size bound − b, then starts[b] is where they begin.
    code.loop(
        lists.chunks(),
        chunk ->
            code.when(
                isSafe(code, room, chunk),
                () -> increment(code, start(code, room, chunk, bound + 1))));
    code.loop(
        Value.index(1),
        Value.index(bound + 2),
        size -> {
          Value here = word(code, room, lists.sizeStartsOffset(), size);
          Value before = code.offset(here, -ListedWeights.OFFSET_BYTES);
          code.store(
              code.add(loadWord(code, before), loadWord(code, here)),
              here,
              ListedWeights.OFFSET_BYTES);
        });
    code.loop(
        lists.chunks(),
        chunk ->
            code.when(
                isSafe(code, room, chunk),
                () -> {
                  Value start = start(code, room, chunk, bound);
                  Value place = code.zeroExtend(loadWord(code, start), Type.I64);
                  code.store(
                      code.truncate(chunk, Type.I32),
                      word(code, room, lists.sortedOffset(), place),
                      ListedWeights.OFFSET_BYTES);
                  increment(code, start);
                }));
    return code.zeroExtend(
        loadWord(code, word(code, room, lists.sizeStartsOffset(), Value.index(bound + 1))),
        Type.I64);
  }

  /** Where starts[from − size of the chunk] stands. */
  private Value start(Code code, Value room, Value chunk, int from) {
    Value size = loadWord(code, word(code, room, lists.sizesOffset(), chunk));
    return word(
        code,
        room,
        lists.sizeStartsOffset(),
        code.sub(Value.index(from), code.zeroExtend(size, Type.I64)));
  }

  private static void increment(Code code, Value word) {
    code.store(code.add(loadWord(code, word), 1), word, ListedWeights.OFFSET_BYTES);
  }

  /** Writes one list after another, each tap row by tap row. */
  private void write(Code code, Value room, Value to, Value safe) {
    List<Value> cursor =
        List.of(
            code.offset(to, lists.weightsOffset()),
            code.offset(to, lists.offsetsOffset()),
            Value.of(Type.I32, 0));
    for (ListClass member : lists.listing().classes().members()) {
      Value starts = code.offset(to, lists.startsOffset(member));
      cursor =
          code.reduce(
              lists.rows(),
              List.of(cursor.get(0), cursor.get(1), Value.of(Type.I32, 0)),
              (row, at) -> {
                List<Value> behind = writeRow(code, room, member, row, safe, at);
                code.store(
                    behind.get(2),
                    word(code, starts, 0, code.add(row, 1)),
                    ListedWeights.OFFSET_BYTES);
                return behind;
              });
    }
  }

  private List<Value> writeRow(
      Code code, Value room, ListClass member, Value row, Value safe, List<Value> cursor) {
    return switch (member) {
      case D8 -> writePairs(code, room, row, safe, cursor);
      case P4 ->
          code.reduce(
              Value.index(0),
              safe,
              cursor,
              (place, at) -> {
                Value chunk = sorted(code, room, place);
                return writeWhere(code, room, member, kindAt(code, SAFE, row), chunk, at);
              });
      case H0 -> writeAll(code, room, member, kindAt(code, FIRST_UNSAFE, row), cursor);
      case H1 -> writeAll(code, room, member, kindAt(code, SECOND_UNSAFE, row), cursor);
      case I4 -> writeAll(code, room, member, kindAt(code, UNSAFE, row), cursor);
    };
  }

  private List<Value> writePairs(Code code, Value room, Value row, Value safe, List<Value> cursor) {
    Value wanted = kindAt(code, SAFE, row);
    return code.reduce(
        Value.index(0),
        safe,
        cursor,
        (place, at) -> {
          Value chunk = sorted(code, room, place);
          return code.choose(
              isKind(code, room, chunk, wanted),
              () -> {
                Value end =
                    code.minSigned(safe, code.add(place, 1 + (long) PARTNERS_TRIED * lists.rows()));
                Value found =
                    code.firstWhere(
                        code.add(place, 1),
                        end,
                        other -> isPartner(code, room, chunk, sorted(code, room, other), wanted));
                return code.choose(
                    code.compare(Code.Compare.SLT, found, end),
                    () -> {
                      Value partner = sorted(code, room, found);
                      markDone(code, room, chunk);
                      markDone(code, room, partner);
                      List<Value> one = writeEntry(code, room, ListClass.P4, chunk, at);
                      List<Value> two = writeEntry(code, room, ListClass.P4, partner, one);
                      return List.of(two.get(0), two.get(1), code.add(at.get(2), 1));
                    },
                    () -> at);
              },
              () -> at);
        });
  }

  /** Whether two chunks keep the bound together in every lane, and the second is still free. */
  private Value isPartner(Code code, Value room, Value chunk, Value other, Value wanted) {
    return code.choose(
            isKind(code, room, other, wanted),
            () -> {
              Value positive = code.add(lanes(code, room, chunk, 0), lanes(code, room, other, 0));
              Value negative = code.add(lanes(code, room, chunk, 1), lanes(code, room, other, 1));
              return List.of(isZero(code, beyond(code, positive, negative)));
            },
            () -> List.of(Value.of(Type.I1, 0)))
        .getFirst();
  }

  private List<Value> writeAll(
      Code code, Value room, ListClass member, Value kind, List<Value> cursor) {
    return code.reduce(
        lists.chunks(), cursor, (chunk, at) -> writeWhere(code, room, member, kind, chunk, at));
  }

  private List<Value> writeWhere(
      Code code, Value room, ListClass member, Value kind, Value chunk, List<Value> at) {
    return code.choose(
        isKind(code, room, chunk, kind), () -> writeEntry(code, room, member, chunk, at), () -> at);
  }

  /** Writes an entry of one chunk; the cursor behind it. */
  private List<Value> writeEntry(
      Code code, Value room, ListClass member, Value chunk, List<Value> cursor) {
    int vectors = lists.ocVectors();
    Value to = cursor.get(0);
    Value raw = raw(code, room, chunk);
    int vectorLanes = ListedWeights.LANES * ListedWeights.CHUNK;
    List<Value> parts =
        switch (member) {
          case D8 -> throw new IllegalArgumentException("an entry of two chunks");
          case P4 -> List.of(raw);
          case H0 -> half(code, raw, vectorLanes, 0);
          case H1 -> half(code, raw, 0, vectorLanes);
          case I4 -> List.of(everySecond(code, raw, 0), everySecond(code, raw, 1));
        };
    long written = 0;
    for (Value part : parts) {
      code.store(part, code.offset(to, written), ListedWeights.VECTOR_BYTES);
      written += part.type().bits() / Byte.SIZE;
    }
    code.store(
        code.truncate(actOffset(code, chunk), Type.I32), cursor.get(1), ListedWeights.OFFSET_BYTES);
    return List.of(
        code.offset(to, (long) member.vectorBytes() * vectors),
        code.offset(cursor.get(1), ListedWeights.OFFSET_BYTES),
        code.add(cursor.get(2), 1));
  }

  private static List<Value> half(Code code, Value raw, int bytesFrom, int wordsFrom) {
    int lanes = ListedWeights.LANES * ListedWeights.CHUNK;
    Value words = code.slice(raw, wordsFrom, lanes);
    return List.of(
        code.slice(raw, bytesFrom, lanes),
        everySecond(code, words, 0),
        everySecond(code, words, 1));
  }

  /** Where a chunk's activations stand behind those of tap (0, 0), channel 0. */
  private Value actOffset(Code code, Value chunk) {
    PackedLayout layout = lists.layout();
    var window = layout.conv().window();
    int inBlock = lists.blockChunks();
    Value tap = tap(code, chunk);
    Value block = code.divide(chunk, (long) inBlock * layout.conv().taps());
    Value offset = code.mul(block, layout.actBlockBytes());
    offset =
        code.add(
            offset,
            code.mul(code.divide(tap, window.kw()), window.dilationH() * layout.actRowBytes()));
    offset =
        code.add(
            offset,
            code.mul(
                code.remainder(tap, window.kw()), window.dilationW() * layout.actColumnBytes()));
    return code.add(offset, code.mul(code.remainder(chunk, inBlock), (long) ListedWeights.CHUNK));
  }

  /** s16 of the bytes at even (0) or odd (1) places. */
  private static Value everySecond(Code code, Value bytes, int first) {
    int lanes = ((Type.Vector) bytes.type()).lanes();
    int[] mask = IntStream.range(0, lanes / 2).map(i -> 2 * i + first).toArray();
    return code.signExtend(code.shuffle(bytes, bytes, mask), Type.I16);
  }

  private Type.Vector laneSums() {
    return Type.I16.x(2 * lists.layout().ocBlock());
  }

  private Value raw(Code code, Value room, Value chunk) {
    Value place = along(code, code.offset(room, lists.rawOffset()), chunk, lists.rawBytes());
    return code.load(
        Type.I8.x(Math.toIntExact(lists.rawBytes())), place, ListedWeights.VECTOR_BYTES);
  }

  /** Positive (0) or negative (1) sums of a chunk's lanes. */
  private Value lanes(Code code, Value room, Value chunk, int sign) {
    Value place = along(code, code.offset(room, lists.lanesOffset()), chunk, 2 * lists.laneBytes());
    return code.load(
        laneSums(), code.offset(place, sign * lists.laneBytes()), ListedWeights.VECTOR_BYTES);
  }

  private Value sorted(Code code, Value room, Value place) {
    return code.zeroExtend(loadWord(code, word(code, room, lists.sortedOffset(), place)), Type.I64);
  }

  private Value tap(Code code, Value chunk) {
    return code.remainder(code.divide(chunk, lists.blockChunks()), lists.layout().conv().taps());
  }

  /** The row of a chunk as it stands beside its kind. */
  private Value rowBits(Code code, Value chunk) {
    return lists.rows() == 1
        ? kind(0)
        : code.truncate(
            code.mul(code.divide(tap(code, chunk), lists.layout().conv().window().kw()), KINDS),
            Type.I8);
  }

  /** A kind of chunks, of one row alone. */
  private static Value kindAt(Code code, int kind, Value row) {
    return code.add(kind(kind), code.truncate(code.mul(row, KINDS), Type.I8));
  }

  private Value isKind(Code code, Value room, Value chunk, Value kind) {
    return code.compare(Code.Compare.EQ, kindAndRow(code, room, chunk), kind);
  }

  /** Whether a chunk of any row is safe. */
  private Value isSafe(Code code, Value room, Value chunk) {
    Value kind = code.and(kindAndRow(code, room, chunk), kind(KINDS - 1));
    return code.compare(Code.Compare.EQ, kind, kind(SAFE));
  }

  private Value kindAndRow(Code code, Value room, Value chunk) {
    return code.load(Type.I8, code.offset(code.offset(room, lists.kindsOffset()), chunk), 1);
  }

  private void markDone(Code code, Value room, Value chunk) {
    code.store(kind(DONE), code.offset(code.offset(room, lists.kindsOffset()), chunk), 1);
  }

  private static Value kind(int kind) {
    return Value.of(Type.I8, kind);
  }

  private static Value isZero(Code code, Value value) {
    return code.compare(Code.Compare.EQ, value, Value.zero(value.type()));
  }

  private static Value word(Code code, Value room, long offset, Value index) {
    return along(code, code.offset(room, offset), index, ListedWeights.OFFSET_BYTES);
  }

  private static Value loadWord(Code code, Value address) {
    return code.load(Type.I32, address, ListedWeights.OFFSET_BYTES);
  }
}
