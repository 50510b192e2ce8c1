package dev.octune.kernels.codegen;

import static dev.octune.kernels.codegen.Steps.along;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.workload.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The direct kernel: for each block of output channels and each strip of output columns, register
 * tiles of ocVectors × ohTile × owTile accumulators that walk all input channels and taps.
 *
 * <p>The last tile of a row that the tile does not divide is moved back over its neighbour, so that
 * some outputs are computed twice, to the same bytes.
 */
record DirectKernel(Contraction conv, Tiling at, PackedLayout layout) {
  DirectKernel(Contraction conv, Tiling at) {
    this(conv, at, at.layout(conv));
  }

  /** The body of {@code run(ptr act, ptr wgt, ptr out, i32 part, i32 parts)}. */
  void emit(Code code) {
    shareOfUnits(
        code,
        (batch, ocBlock, y, x, tiles) -> {
          Value set = code.remainder(batch, conv.wgtBatches());
          Value wgt = along(code, code.param("wgt"), set, layout.wgtSetBytes());
          wgt = along(code, wgt, ocBlock, layout.wgtOcBlockBytes());
          Value act = along(code, code.param("act"), batch, layout.actBatchBytes());
          Value out = along(code, code.param("out"), batch, layout.outBatchBytes());
          out = along(code, out, ocBlock, layout.outBlockBytes());
          strip(
              code,
              new Operands(act, wgt, channels(code, set, ocBlock), out, Value.index(0)),
              y,
              x,
              tiles);
        });
  }

  /** What a block of output channels has besides weights: constants, or sums to start from. */
  private Value channels(Code code, Value set, Value ocBlock) {
    Value wgt = code.param("wgt");
    if (layout.requantizer().isPresent()) {
      Value constants = code.offset(wgt, layout.constantsOffsetBytes());
      constants = along(code, constants, set, layout.constantsSetBytes());
      return along(code, constants, ocBlock, layout.constantsBlockBytes());
    }
    Value sums = code.offset(wgt, layout.sumsOffsetBytes());
    sums = along(code, sums, set, layout.sumsSetBytes());
    return along(code, sums, ocBlock, (long) layout.ocBlock() * PackedLayout.SUM_BYTES);
  }

  /** A strip of columns, in passes over the reduction. */
  private void strip(Code code, Operands on, Value y, Value x, Optional<Range> range) {
    if (at.passes() == 1) {
      tiles(code, on, y, x, range);
      return;
    }
    code.loop(
        at.passes(),
        pass ->
            tiles(
                code,
                new Operands(
                    along(code, on.act(), pass, blocksOfPass() * layout.actBlockBytes()),
                    along(code, on.wgt(), pass, blocksOfPass() * layout.wgtIcBlockBytes()),
                    on.channels(),
                    on.out(),
                    pass),
                y,
                x,
                range));
  }

  /** Blocks of input channels that a pass walks. */
  private int blocksOfPass() {
    return layout.icBlocks() / at.passes();
  }

  /** Register tiles from left to right, all of them or those of a range. */
  private void tiles(Code code, Operands on, Value y, Value x, Optional<Range> range) {
    if (at.border() == Border.TAPS_SKIPPED) {
      stripWithoutBorder(code, on, y);
      return;
    }
    Code.Turn turn =
        tile -> {
          Value column = code.add(x, tileStart(code, tile, at.owTile(), at.strip()));
          tile(code, on, y, column, (_, _) -> true);
        };
    range.ifPresentOrElse(
        some -> code.loop(some.from(), some.to(), turn), () -> code.loop(at.tiles(), turn));
  }

  /** Tiles at the border know their place while they are written; those between are a loop. */
  private void stripWithoutBorder(Code code, Operands on, Value y) {
    Tiling.Interior interior = at.interior(conv.window());
    tilesAtBorder(code, on, y, 0, interior.from());
    code.loop(
        Value.index(interior.from()),
        Value.index(interior.to()),
        tile -> {
          Value column = tileStart(code, tile, at.owTile(), at.strip());
          tile(code, on, y, column, (_, _) -> true);
        });
    tilesAtBorder(code, on, y, interior.to(), at.tiles());
  }

  private void tilesAtBorder(Code code, Operands on, Value y, int from, int to) {
    for (int tile = from; tile < to; tile++) {
      int column = at.columnOf(tile);
      tile(code, on, y, Value.index(column), (tap, ofTile) -> isInside(tap, column + ofTile));
    }
  }

  private void tile(Code code, Operands on, Value y, Value column, Taps taps) {
    Value act = actOf(code, on.act(), y, column);
    List<Value> start =
        code.choose(
            code.compare(Code.Compare.EQ, on.pass(), Value.index(0)),
            () -> startValues(code, on.channels()),
            () -> sumsBefore(code, outOf(code, on.out(), y, column)));
    List<Value> sums =
        layout
            .lists()
            .map(
                lists ->
                    new ListedReduction(at, lists)
                        .reduce(code, act, on.wgt(), firstRow(code, y), endRow(code, y), start))
            .orElseGet(() -> reduce(code, act, on.wgt(), y, taps, start));
    store(code, sums, on.channels(), outOf(code, on.out(), y, column));
  }

  /** Whether a tap of an output column reads a column of the input. */
  private boolean isInside(int tap, int outColumn) {
    Window w = conv.window();
    int column = outColumn * w.strideW() + tap * w.dilationW() - w.pad().left();
    return column >= 0 && column < w.iw();
  }

  /** Walks blocks of input channels, taps and parts; the innermost body is written out. */
  private List<Value> reduce(
      Code code, Value act, Value wgt, Value y, Taps taps, List<Value> start) {
    Window w = conv.window();
    Axis channels = Axis.of(blocksOfPass(), layout.actBlockBytes(), layout.wgtIcBlockBytes());
    Axis rows =
        new Axis(
            firstRow(code, y),
            endRow(code, y),
            w.dilationH() * layout.actRowBytes(),
            layout.rowTaps() * layout.wgtTapBytes());
    Axis columns =
        Axis.of(at.tapTurns(w.kw()), w.dilationW() * layout.actColumnBytes(), layout.wgtTapBytes());
    int groups = at.icBlock() / at.leaf().group();
    long partsOfTurn = (long) at.unroll() * at.leaf().depth();
    Axis parts =
        Axis.of(
            groups / at.unroll(),
            partsOfTurn * at.leaf().actPartBytes(),
            partsOfTurn * layout.wgtPartBytes());
    List<Axis> nest =
        at.tapsOuter()
            ? List.of(rows, columns, channels, parts)
            : List.of(channels, rows, columns, parts);
    return walk(code, nest, act, wgt, taps, start);
  }

  private List<Value> walk(
      Code code, List<Axis> nest, Value act, Value wgt, Taps taps, List<Value> sums) {
    if (nest.isEmpty()) {
      return body(code, act, wgt, taps, sums);
    }
    Axis axis = nest.getFirst();
    List<Value> start = new ArrayList<>();
    start.add(along(code, act, axis.from(), axis.actBytes()));
    start.add(along(code, wgt, axis.from(), axis.wgtBytes()));
    start.addAll(sums);
    List<Value> end =
        code.reduce(
            axis.from(),
            axis.to(),
            start,
            (_, carried) -> {
              Value actHere = carried.get(0);
              Value wgtHere = carried.get(1);
              List<Value> next = new ArrayList<>();
              next.add(code.offset(actHere, axis.actBytes()));
              next.add(code.offset(wgtHere, axis.wgtBytes()));
              next.addAll(
                  walk(
                      code,
                      nest.subList(1, nest.size()),
                      actHere,
                      wgtHere,
                      taps,
                      carried.subList(2, carried.size())));
              return next;
            });
    return end.subList(2, end.size());
  }

  /** The multiplyAdds of one turn: unrolled taps × unrolled groups × tile. */
  private List<Value> body(Code code, Value act, Value wgt, Taps taps, List<Value> sums) {
    Window w = conv.window();
    Leaf leaf = at.leaf();
    List<Value> next = sums;
    for (int tap = 0; tap < at.tapsWritten(w.kw()); tap++) {
      for (int group = 0; group < at.unroll(); group++) {
        long part = (long) group * leaf.depth();
        Value wgtHere = code.offset(wgt, tap * layout.wgtTapBytes() + part * layout.wgtPartBytes());
        Value actHere =
            code.offset(
                act,
                (long) tap * w.dilationW() * layout.actColumnBytes() + part * leaf.actPartBytes());
        int tapHere = tap;
        Loads loads = new Loads(code, actHere, wgtHere, column -> taps.isWalked(tapHere, column));
        next = leaf.multiplyAdd(code, next, loads);
      }
    }
    return next;
  }

  /** What a turn's group reads, relative to its first position and vector. */
  private final class Loads implements Leaf.Tile {
    private final Code code;
    private final Value act;
    private final Value wgt;
    private final List<Integer> positions;

    Loads(Code code, Value act, Value wgt, IntPredicate isWalked) {
      this.code = code;
      this.act = act;
      this.wgt = wgt;
      this.positions =
          IntStream.range(0, at.ohTile() * at.owTile())
              .filter(position -> isWalked.test(position % at.owTile()))
              .boxed()
              .toList();
    }

    @Override
    public int vectors() {
      return at.ocVectors();
    }

    @Override
    public List<Integer> positions() {
      return positions;
    }

    @Override
    public Value act(int position, int part, int plane) {
      Window w = conv.window();
      long offset =
          (long) (position / at.owTile()) * w.strideH() * layout.actRowBytes()
              + (long) (position % at.owTile()) * w.strideW() * layout.actColumnBytes()
              + plane * layout.actPlaneBytes()
              + (long) part * at.leaf().actPartBytes();
      return at.leaf().loadAct(code, code.offset(act, offset), layout.actAlignBytes());
    }

    @Override
    public Value wgt(int vector, int part) {
      long offset = part * layout.wgtPartBytes() + (long) vector * at.leaf().wgtPartBytes();
      return at.leaf().loadWgt(code, code.offset(wgt, offset));
    }
  }

  private void store(Code code, List<Value> sums, Value channels, Value out) {
    if (layout.requantizer().isPresent()) {
      storeCodes(code, layout.requantizer().get(), sums, channels, out);
      return;
    }
    for (int row = 0; row < at.ohTile(); row++) {
      for (int column = 0; column < at.owTile(); column++) {
        for (int o = 0; o < at.ocVectors(); o++) {
          storeVector(code, sums.get(accumulator(row, column, o)), out, row, column, o);
        }
      }
    }
  }

  /** Position by position for one vector of channels, so that its constants are loaded once. */
  private void storeCodes(
      Code code, Requantizer requantizer, List<Value> sums, Value channels, Value out) {
    for (int o = 0; o < at.ocVectors(); o++) {
      Requantizer.Constants constants = requantizer.load(code, constants(code, channels, o));
      for (int row = 0; row < at.ohTile(); row++) {
        for (int column = 0; column < at.owTile(); column++) {
          Value vector = sums.get(accumulator(row, column, o));
          storeVector(code, requantizer.codes(code, vector, constants), out, row, column, o);
        }
      }
    }
  }

  private void storeVector(Code code, Value vector, Value out, int row, int column, int o) {
    int vectorBytes = at.leaf().lanes() * layout.outElementBytes();
    code.store(vector, code.offset(out, outOffset(row, column, o)), vectorBytes);
  }

  private Value constants(Code code, Value channels, int o) {
    return code.offset(channels, o * layout.constantsVectorBytes());
  }

  /**
   * What requantizing starts from; else zeros, or offset · Σ w where activations are stored less an
   * offset.
   */
  private List<Value> startValues(Code code, Value channels) {
    Type.Vector type = at.leaf().accumulator();
    List<Value> vectors = new ArrayList<>();
    int vectorBytes = type.bits() / Byte.SIZE;
    for (int o = 0; o < at.ocVectors(); o++) {
      if (layout.requantizer().isPresent()) {
        vectors.add(layout.requantizer().get().start(code, constants(code, channels, o)));
      } else {
        vectors.add(
            layout.offset() == 0
                ? Value.zero(type)
                : code.load(type, code.offset(channels, (long) o * vectorBytes), vectorBytes));
      }
    }
    List<Value> start = new ArrayList<>();
    for (int position = 0; position < at.ohTile() * at.owTile(); position++) {
      start.addAll(vectors);
    }
    return start;
  }

  /** What the passes before have left in the output. */
  private List<Value> sumsBefore(Code code, Value out) {
    Type.Vector type = at.leaf().accumulator();
    List<Value> sums = new ArrayList<>();
    for (int row = 0; row < at.ohTile(); row++) {
      for (int column = 0; column < at.owTile(); column++) {
        for (int o = 0; o < at.ocVectors(); o++) {
          long offset = outOffset(row, column, o);
          sums.add(code.load(type, code.offset(out, offset), type.bits() / Byte.SIZE));
        }
      }
    }
    return sums;
  }

  private long outOffset(int row, int column, int o) {
    int vectorBytes = at.leaf().lanes() * layout.outElementBytes();
    return row * layout.outRowBytes() + column * layout.outColumnBytes() + (long) o * vectorBytes;
  }

  private int accumulator(int row, int column, int o) {
    return (row * at.owTile() + column) * at.ocVectors() + o;
  }

  /** The first tap row inside the input: taps above it read rows that would be −1 or less. */
  private Value firstRow(Code code, Value y) {
    Window w = conv.window();
    if (at.border() == Border.PACKED) {
      return Value.index(0);
    }
    // ⌈(top − y · stride) / dilation⌉, at least 0
    Value above = code.sub(Value.index(w.pad().top()), code.mul(y, w.strideH()));
    Value outside = code.maxSigned(above, Value.index(0));
    return code.minSigned(
        code.divide(code.add(outside, w.dilationH() - 1L), w.dilationH()), Value.index(w.kh()));
  }

  /** Behind the last tap row inside the input. */
  private Value endRow(Code code, Value y) {
    Window w = conv.window();
    if (at.border() == Border.PACKED) {
      return Value.index(w.kh());
    }
    // ⌈(ih + top − y · stride) / dilation⌉, in [0, kh]
    Value below = code.sub(Value.index((long) w.ih() + w.pad().top()), code.mul(y, w.strideH()));
    Value inside = code.maxSigned(below, Value.index(0));
    return code.minSigned(
        code.divide(code.add(inside, w.dilationH() - 1L), w.dilationH()), Value.index(w.kh()));
  }

  /** Where tap (0, 0) of the tile reads; perhaps before the buffer where taps are skipped. */
  private Value actOf(Code code, Value act, Value y, Value column) {
    Window w = conv.window();
    int skippedRows = w.pad().top() - layout.top();
    int skippedColumns = w.pad().left() - layout.left();
    Value at0 =
        code.offset(
            act, -skippedRows * layout.actRowBytes() - skippedColumns * layout.actColumnBytes());
    Value atRow = along(code, at0, y, w.strideH() * layout.actRowBytes());
    return along(code, atRow, column, w.strideW() * layout.actColumnBytes());
  }

  private Value outOf(Code code, Value out, Value y, Value column) {
    return along(
        code,
        along(code, out, y, conv.columns() * layout.outColumnBytes()),
        column,
        layout.outColumnBytes());
  }

  /** Pointers of one batch, one block of output channels and one pass over the reduction. */
  private record Operands(Value act, Value wgt, Value channels, Value out, Value pass) {}

  private interface Taps {
    /** Whether a tap of a row is walked for a column of the tile. */
    boolean isWalked(int tap, int column);
  }

  /** Indices from one up to another. */
  private record Range(Value from, Value to) {
    static Range to(long count) {
      return new Range(Value.index(0), Value.index(count));
    }
  }

  private interface Unit {
    /** Writes the tiles of a strip for a block of output channels; all where none are named. */
    void write(Value batch, Value ocBlock, Value y, Value x, Optional<Range> tiles);
  }

  /**
   * This part's share of the units (batch, block of output channels, row tile, strip), and of the
   * tiles in the first and the last of them.
   */
  private void shareOfUnits(Code code, Unit unit) {
    long rowTiles = PackedLayout.ceilDiv(conv.rows(), at.ohTile());
    long strips = PackedLayout.ceilDiv(conv.columns(), at.strip());
    long places = rowTiles * strips;
    PlacedUnit placed =
        (batch, ocBlock, place, tiles) ->
            unit.write(
                batch,
                ocBlock,
                tileStart(code, code.divide(place, strips), at.ohTile(), conv.rows()),
                tileStart(code, code.remainder(place, strips), at.strip(), conv.columns()),
                tiles);
    switch (at.split().orElse(Split.BOTH)) {
      case BOTH -> shareOfAll(code, places, placed);
      case ROWS -> nest(code, Range.to(layout.ocBlocks()), share(code, places), placed);
      case CHANNELS -> nest(code, share(code, layout.ocBlocks()), Range.to(places), placed);
    }
  }

  private interface PlacedUnit {
    /** As {@link Unit}, with row tile and strip counted as one. */
    void write(Value batch, Value ocBlock, Value place, Optional<Range> tiles);
  }

  /** All batches, and of each the blocks and places in two ranges. */
  private void nest(Code code, Range ocBlocks, Range places, PlacedUnit unit) {
    Range outer = at.rowsOuter() ? places : ocBlocks;
    Range inner = at.rowsOuter() ? ocBlocks : places;
    code.loop(
        conv.batches(),
        batch ->
            code.loop(
                outer.from(),
                outer.to(),
                a ->
                    code.loop(
                        inner.from(),
                        inner.to(),
                        b ->
                            unit.write(
                                batch,
                                at.rowsOuter() ? b : a,
                                at.rowsOuter() ? a : b,
                                Optional.empty()))));
  }

  /** A share of everything in the order in which one thread would walk it. */
  private void shareOfAll(Code code, long places, PlacedUnit unit) {
    long ocBlocks = layout.ocBlocks();
    long tiles = at.sharedTiles();
    Range share = share(code, conv.batches() * ocBlocks * places * tiles);
    code.loop(
        code.divide(share.from(), tiles),
        code.divide(code.add(share.to(), tiles - 1), tiles),
        index -> {
          Value batch = code.divide(index, ocBlocks * places);
          Value inBatch = code.remainder(index, ocBlocks * places);
          Value ocBlock =
              at.rowsOuter() ? code.remainder(inBatch, ocBlocks) : code.divide(inBatch, places);
          Value place =
              at.rowsOuter() ? code.divide(inBatch, ocBlocks) : code.remainder(inBatch, places);
          unit.write(batch, ocBlock, place, tilesOf(code, share, index, tiles));
        });
  }

  /** The tiles of a unit that are in a share of all tiles; empty where units are never cut. */
  private static Optional<Range> tilesOf(Code code, Range share, Value unit, long tiles) {
    if (tiles == 1) {
      return Optional.empty();
    }
    Value first = code.mul(unit, tiles);
    return Optional.of(
        new Range(
            code.maxSigned(code.sub(share.from(), first), Value.index(0)),
            code.minSigned(code.sub(share.to(), first), Value.index(tiles))));
  }

  /** What this part does of so many pieces. */
  private static Range share(Code code, long pieces) {
    Value count = Value.index(pieces);
    Value part = code.zeroExtend(code.param("part"), Type.I64);
    Value parts = code.zeroExtend(code.param("parts"), Type.I64);
    return new Range(
        code.divide(code.mul(count, part), parts),
        code.divide(code.mul(count, code.add(part, 1)), parts));
  }

  /** index · size, moved back where the tile would end behind the extent. */
  private static Value tileStart(Code code, Value index, int size, int extent) {
    Value start = code.mul(index, size);
    return extent % size == 0 ? start : code.minUnsigned(start, Value.index((long) extent - size));
  }

  /** A loop of the reduction, and what its pointers move on each turn. */
  private record Axis(Value from, Value to, long actBytes, long wgtBytes) {
    static Axis of(long count, long actBytes, long wgtBytes) {
      return new Axis(Value.index(0), Value.index(count), actBytes, wgtBytes);
    }
  }
}
