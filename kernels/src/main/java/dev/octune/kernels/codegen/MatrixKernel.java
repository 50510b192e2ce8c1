package dev.octune.kernels.codegen;

import static dev.octune.kernels.codegen.Steps.along;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.workload.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The tile kernel: for each block of output channels and each strip of output columns, or some
 * whole rows, ocTiles × {@link PositionTiles} tiles of sums that walk all input channels and taps.
 *
 * <p>The last tiles and rows of an extent that they do not divide are moved back over their
 * neighbours, so that some outputs are computed twice, to the same bytes.
 */
record MatrixKernel(
    Contraction conv, MatrixTiling at, PackedLayout layout, PositionTiles positions) {
  MatrixKernel(Contraction conv, MatrixTiling at) {
    this(conv, at, at.layout(conv), at.positions(conv));
  }

  /** The body of {@code run(ptr act, ptr wgt, ptr out, i32 part, i32 parts)}. */
  void emit(Code code) {
    long strips = PackedLayout.ceilDiv(conv.columns(), at.strip());
    long ocBlocks = layout.ocBlocks();
    long places = Math.ceilDiv(conv.rows(), at.ohTile()) * strips;
    Value units = Value.index(conv.batches() * ocBlocks * places);
    Value part = code.zeroExtend(code.param("part"), Type.I64);
    Value parts = code.zeroExtend(code.param("parts"), Type.I64);
    code.loop(
        code.divide(code.mul(units, part), parts),
        code.divide(code.mul(units, code.add(part, 1)), parts),
        unit -> {
          Value batch = code.divide(unit, ocBlocks * places);
          Value inBatch = code.remainder(unit, ocBlocks * places);
          Value ocBlock =
              at.rowsOuter() ? code.remainder(inBatch, ocBlocks) : code.divide(inBatch, places);
          Value place =
              at.rowsOuter() ? code.divide(inBatch, ocBlocks) : code.remainder(inBatch, places);
          Value x = start(code, code.remainder(place, strips), at.strip(), conv.columns());
          Value y = start(code, code.divide(place, strips), at.ohTile(), conv.rows());
          strip(code, operands(code, batch, ocBlock), y, x);
        });
  }

  /** Pointers of one batch and one block of output channels. */
  private record Operands(Value act, Value wgt, Value constants, Value out) {}

  private Operands operands(Code code, Value batch, Value ocBlock) {
    Value set = code.remainder(batch, conv.wgtBatches());
    Value wgt = along(code, code.param("wgt"), set, layout.wgtSetBytes());
    Value constants = code.offset(code.param("wgt"), layout.constantsOffsetBytes());
    constants = along(code, constants, set, layout.constantsSetBytes());
    Value out = along(code, code.param("out"), batch, layout.outBatchBytes());
    return new Operands(
        along(code, code.param("act"), batch, layout.actBatchBytes()),
        along(code, wgt, ocBlock, layout.wgtOcBlockBytes()),
        along(code, constants, ocBlock, layout.constantsBlockBytes()),
        along(code, out, ocBlock, layout.outBlockBytes()));
  }

  private void strip(Code code, Operands on, Value y, Value x) {
    Window w = conv.window();
    code.loop(
        Math.ceilDiv(at.strip(), at.owTile()),
        tile -> {
          Value column = code.add(x, start(code, tile, at.owTile(), at.strip()));
          Value act = along(code, on.act(), y, w.strideH() * layout.actRowBytes());
          act = along(code, act, column, w.strideW() * layout.actColumnBytes());
          Value out = along(code, on.out(), y, conv.columns() * layout.outColumnBytes());
          out = along(code, out, column, layout.outColumnBytes());
          store(code, reduce(code, act, on.wgt()), on.constants(), out);
        });
  }

  /** A loop of the reduction, and what its pointers move on each turn. */
  private record Axis(long count, long actBytes, long wgtBytes) {}

  private List<Value> reduce(Code code, Value act, Value wgt) {
    Window w = conv.window();
    long depths = at.icBlock() / at.depth();
    Axis channels = new Axis(layout.icBlocks(), layout.actBlockBytes(), layout.wgtIcBlockBytes());
    Axis rows =
        new Axis(
            w.kh(), w.dilationH() * layout.actRowBytes(), layout.rowTaps() * layout.wgtTapBytes());
    Axis columns =
        new Axis(layout.rowTaps(), w.dilationW() * layout.actColumnBytes(), layout.wgtTapBytes());
    Axis parts =
        new Axis(depths, at.depth(), (long) at.depth() / AmxTile.DOT * layout.wgtPartBytes());
    List<Value> sums = new ArrayList<>();
    for (int i = 0; i < at.accumulators(positions); i++) {
      // One zero for each: a shared one would have to be copied, through memory.
      sums.add(AmxTile.zero(code, positions.size()));
    }
    return walk(
        code,
        at.tapsOuter()
            ? List.of(rows, columns, channels, parts)
            : List.of(channels, rows, columns, parts),
        act,
        wgt,
        sums);
  }

  private List<Value> walk(Code code, List<Axis> nest, Value act, Value wgt, List<Value> sums) {
    if (nest.isEmpty()) {
      return multiplyAdd(code, act, wgt, sums);
    }
    Axis axis = nest.getFirst();
    List<Value> start = new ArrayList<>(List.of(act, wgt));
    start.addAll(sums);
    List<Value> end =
        code.reduce(
            axis.count(),
            start,
            (_, carried) -> {
              List<Value> rest = carried.subList(2, carried.size());
              List<Value> next = new ArrayList<>();
              next.add(code.offset(carried.get(0), axis.actBytes()));
              next.add(code.offset(carried.get(1), axis.wgtBytes()));
              next.addAll(
                  walk(code, nest.subList(1, nest.size()), carried.get(0), carried.get(1), rest));
              return next;
            });
    return end.subList(2, end.size());
  }

  /** The tiles of the shorter side are loaded once, those of the other one by one. */
  private List<Value> multiplyAdd(Code code, Value act, Value wgt, List<Value> sums) {
    List<Value> next = new ArrayList<>(sums);
    boolean keepsAct = positions.count() <= at.ocTiles();
    int kept = keepsAct ? positions.count() : at.ocTiles();
    int passing = keepsAct ? at.ocTiles() : positions.count();
    List<Value> shorter = new ArrayList<>();
    for (int i = 0; i < kept; i++) {
      shorter.add(keepsAct ? loadAct(code, act, i) : loadWgt(code, wgt, i));
    }
    for (int i = 0; i < passing; i++) {
      Value one = keepsAct ? loadWgt(code, wgt, i) : loadAct(code, act, i);
      for (int j = 0; j < kept; j++) {
        int sum = keepsAct ? accumulator(j, i) : accumulator(i, j);
        next.set(
            sum,
            AmxTile.multiplyAdd(
                code,
                positions.size(),
                at.depth(),
                next.get(sum),
                keepsAct ? shorter.get(j) : one,
                keepsAct ? one : shorter.get(j)));
      }
    }
    return next;
  }

  private Value loadAct(Code code, Value act, int tile) {
    Window w = conv.window();
    long stride = w.strideW() * layout.actColumnBytes();
    PositionTiles.At start = positions.starts().get(tile);
    long offset = (long) start.row() * w.strideH() * layout.actRowBytes() + start.column() * stride;
    return AmxTile.load(code, positions.size(), at.depth(), code.offset(act, offset), stride);
  }

  private Value loadWgt(Code code, Value wgt, int tile) {
    int rowBytes = AmxTile.LANES * AmxTile.DOT;
    return AmxTile.load(
        code,
        at.depth() / AmxTile.DOT,
        rowBytes,
        code.offset(wgt, (long) tile * rowBytes),
        layout.wgtPartBytes());
  }

  private void store(Code code, List<Value> sums, Value constants, Value out) {
    for (int o = 0; o < at.ocTiles(); o++) {
      Value to = code.offset(out, (long) o * AmxTile.LANES * layout.outElementBytes());
      UnaryOperator<Value> finish = finish(code, constants, o);
      for (int tile = 0; tile < positions.count(); tile++) {
        Value sum = sums.get(accumulator(tile, o));
        if (layout.requantizer().isEmpty() && positions.isInRow(tile)) {
          Value start = code.offset(to, outOffset(positions.starts().get(tile)));
          AmxTile.store(code, positions.size(), sum, start, layout.outColumnBytes());
        } else {
          storeOneByOne(code, tile, AmxTile.vectors(code, positions.size(), sum), finish, to);
        }
      }
    }
  }

  /** What makes outputs of the sums of a tile of output channels. */
  private UnaryOperator<Value> finish(Code code, Value constants, int o) {
    if (layout.requantizer().isEmpty()) {
      return UnaryOperator.identity();
    }
    Requantizer requantizer = layout.requantizer().get();
    Value block = code.offset(constants, o * layout.constantsVectorBytes());
    Requantizer.Constants loaded = requantizer.load(code, block);
    Value start = requantizer.start(code, block);
    return sums -> requantizer.codes(code, code.add(sums, start), loaded);
  }

  private void storeOneByOne(
      Code code, int tile, List<Value> vectors, UnaryOperator<Value> finish, Value to) {
    for (int i = 0; i < vectors.size(); i++) {
      Value vector = vectors.get(i);
      positions
          .output(tile, i)
          .ifPresent(
              position ->
                  code.store(
                      finish.apply(vector),
                      code.offset(to, outOffset(position)),
                      AmxTile.LANES * layout.outElementBytes()));
    }
  }

  private long outOffset(PositionTiles.At position) {
    return ((long) position.row() * conv.columns() + position.column()) * layout.outColumnBytes();
  }

  private int accumulator(int position, int o) {
    return position * at.ocTiles() + o;
  }

  /** index · size, moved back where the tile would end behind the extent. */
  private static Value start(Code code, Value index, int size, int extent) {
    Value start = code.mul(index, size);
    return extent % size == 0 ? start : code.minUnsigned(start, Value.index((long) extent - size));
  }
}
