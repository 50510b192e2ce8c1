package dev.octune.kernels.codegen;

import static dev.octune.kernels.codegen.PackedLayout.aligned;
import static dev.octune.kernels.codegen.Steps.along;
import static dev.octune.kernels.codegen.Steps.start;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.IrModule;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The kernel of a {@link WinogradLeaf}: for some rows of tiles, which are 2×2 outputs each, it
 * transforms the inputs of all channels; then for each block of output channels and each run of
 * tiles it multiplies point by point, and transforms the sums to outputs.
 *
 * <p>Where two do not divide outputs, or a run's tiles a row, the last ones are moved back over
 * their neighbours: the same outputs, written twice. Threads share units of rows and channels in
 * the order of rows; or each has channels of its own, reads only their weights, and transforms all
 * inputs.
 *
 * <pre>
 * wgt  as {@link PackedLayout} has it, with 4 · G g Gᵀ for the taps
 * out  as {@link PackedLayout} has it; behind it scratch for each unit of work:
 *      i16[16 points, rows, tiles, ic], and s32[16 points, tiles of a run, ocBlock]
 * </pre>
 */
record WinogradKernel(Contraction conv, Tiling at, PackedLayout packed, int threads)
    implements KernelTemplate.Kernel {
  /**
   * Transformed inputs of a unit stay in a second-level cache beside weights; no other size was
   * timed.
   */
  private static final int SCRATCH_BYTES = 256 << 10;

  private static final int OUTPUTS = WinogradLeaf.OUTPUTS;
  private static final int INPUTS = WinogradLeaf.INPUTS;
  private static final int POINTS = WinogradLeaf.POINTS;

  /** Units of work for each thread, so that their last ones end together. */
  private static final int UNITS_PER_THREAD = 4;

  WinogradKernel(Contraction conv, Tiling at, int threads) {
    this(conv, at, at.layout(conv), threads);
  }

  // ---- sizes

  private int tileRows() {
    return Math.ceilDiv(conv.rows(), OUTPUTS);
  }

  private int tileColumns() {
    return Math.ceilDiv(conv.columns(), OUTPUTS);
  }

  /** Units that the rows of tiles of a batch are dealt out to: weights are read once for each. */
  private int rowUnitsOfBatch() {
    long bytes = (long) POINTS * tileColumns() * packed.icBlock() * Short.BYTES;
    return Math.ceilDiv(tileRows(), Math.clamp(SCRATCH_BYTES / bytes, 1, tileRows()));
  }

  /** The most rows of tiles that a unit takes; some take one less. */
  private int unitRows() {
    return Math.ceilDiv(tileRows(), rowUnitsOfBatch());
  }

  private int rowUnits() {
    return conv.batches() * rowUnitsOfBatch();
  }

  private boolean isCutByChannels() {
    return at.split().filter(Split.CHANNELS::equals).isPresent();
  }

  /** Shares of output channels that the rows of a unit are cut into for several threads. */
  private int shares() {
    if (threads == 1) {
      return 1;
    }
    int wanted = isCutByChannels() ? threads : Math.ceilDiv(UNITS_PER_THREAD * threads, rowUnits());
    return Math.clamp(wanted, 1, packed.ocBlocks());
  }

  private int units() {
    return rowUnits() * shares();
  }

  /** How often inputs are transformed. */
  int transforms() {
    return isCutByChannels() ? shares() : 1;
  }

  /** How much longer the thread with the most work takes than the mean. */
  double imbalance() {
    long most = 0;
    for (int thread = 0; thread < threads; thread++) {
      long work = 0;
      for (int u = units() * thread / threads; u < units() * (thread + 1) / threads; u++) {
        int row = (isCutByChannels() ? u % rowUnits() : u / shares()) % rowUnitsOfBatch();
        int share = isCutByChannels() ? u / rowUnits() : u % shares();
        work +=
            (long) lengthOf(row, tileRows(), rowUnitsOfBatch())
                * lengthOf(share, packed.ocBlocks(), shares());
      }
      most = Math.max(most, work);
    }
    return (double) most * threads / ((long) conv.batches() * tileRows() * packed.ocBlocks());
  }

  /** Of so many things dealt out to parts in their order, how many one part has. */
  private static int lengthOf(int part, int things, int parts) {
    return (part + 1) * things / parts - part * things / parts;
  }

  private int runTiles() {
    return at.positions();
  }

  private long tileBytes() {
    return (long) packed.icBlock() * Short.BYTES;
  }

  private long pointBytes() {
    return (long) unitRows() * tileColumns() * tileBytes();
  }

  private long vectorBytes() {
    return (long) at.leaf().lanes() * PackedLayout.SUM_BYTES;
  }

  /** The sums of one point of a run's tiles. */
  private long runBytes() {
    return at.accumulators() * vectorBytes();
  }

  private long sumsBytes() {
    return POINTS * runBytes();
  }

  private long scratchBytes() {
    return aligned(POINTS * pointBytes()) + aligned(sumsBytes());
  }

  @Override
  public long actBytes() {
    return packed.actBytes();
  }

  @Override
  public long wgtBytes() {
    return packed.wgtBytes();
  }

  @Override
  public long outBytes() {
    return packed.outBytes() + units() * scratchBytes();
  }

  @Override
  public String layout() {
    return "%s out=%d".formatted(packed.text(), outBytes());
  }

  // ---- packing

  @Override
  public void emitPacking(IrModule module, String packAct, String packWgt, String unpackOut) {
    new PackingCode(packed).emit(module, packAct, packWgt, unpackOut);
  }

  @Override
  public void emitPackQuant(IrModule module, String name, QuantParameters parameters) {
    new PackingCode(packed).packQuant(module, name, parameters);
  }

  // ---- the kernel

  @Override
  public void emitRun(IrModule module, String name) {
    module.function(name, DirectTemplate.RUN_PARAMS, this::run);
  }

  private void run(Code code) {
    Value units = Value.index(units());
    Value part = code.zeroExtend(code.param("part"), Type.I64);
    Value parts = code.zeroExtend(code.param("parts"), Type.I64);
    Value first = code.divide(code.mul(units, part), parts);
    // Parts that have work begin with different units: none shares its scratch.
    Value scratch =
        along(code, code.offset(code.param("out"), packed.outBytes()), first, scratchBytes());
    int shares = shares();
    int unitsOfBatch = rowUnitsOfBatch();
    code.loop(
        first,
        code.divide(code.mul(units, code.add(part, 1)), parts),
        unit -> {
          boolean byChannels = isCutByChannels();
          Value inAll = byChannels ? code.remainder(unit, rowUnits()) : code.divide(unit, shares);
          Value share = byChannels ? code.divide(unit, rowUnits()) : code.remainder(unit, shares);
          Value batch = code.divide(inAll, unitsOfBatch);
          Value inBatch = code.remainder(inAll, unitsOfBatch);
          Rows rows =
              new Rows(
                  dealt(code, inBatch, tileRows(), unitsOfBatch),
                  dealt(code, code.add(inBatch, 1), tileRows(), unitsOfBatch));
          Value act = along(code, code.param("act"), batch, packed.actBatchBytes());
          if (byChannels && rowUnits() > 1) {
            // The unit before had other rows.
            transform(code, act, rows, scratch);
          } else {
            Value isNew =
                code.or(
                    code.compare(Code.Compare.EQ, unit, first),
                    code.compare(Code.Compare.EQ, share, Value.index(0)));
            code.when(isNew, () -> transform(code, act, rows, scratch));
          }
          Value set = code.remainder(batch, conv.wgtBatches());
          Value wgt = along(code, code.param("wgt"), set, packed.wgtSetBytes());
          Value out = along(code, code.param("out"), batch, packed.outBatchBytes());
          code.loop(
              dealt(code, share, packed.ocBlocks(), shares),
              dealt(code, code.add(share, 1), packed.ocBlocks(), shares),
              block ->
                  multiply(
                      code,
                      scratch,
                      along(code, wgt, block, packed.wgtOcBlockBytes()),
                      constants(code, set, block),
                      along(code, out, block, packed.outBlockBytes()),
                      rows));
        });
  }

  /** Rows of tiles from one up to another. */
  private record Rows(Value from, Value to) {}

  /** Where a part begins of so many things that are dealt out in their order. */
  private static Value dealt(Code code, Value part, int things, int parts) {
    return code.divide(code.mul(part, things), parts);
  }

  /** Transforms the inputs of a unit's tiles, a vector of channels at a time. */
  private void transform(Code code, Value act, Rows rows, Value scratch) {
    int channels = 2 * at.leaf().lanes();
    code.loop(
        rows.from(),
        rows.to(),
        row -> {
          Value y = start(code, row, OUTPUTS, conv.rows());
          Value rowFrom = along(code, act, y, packed.actRowBytes());
          Value rowTo = inScratch(code, scratch, rows, row);
          code.loop(
              tileColumns(),
              tile -> {
                Value x = start(code, tile, OUTPUTS, conv.columns());
                Value tileFrom = along(code, rowFrom, x, packed.actColumnBytes());
                Value tileTo = along(code, rowTo, tile, tileBytes());
                code.loop(
                    Math.ceilDiv(packed.icBlock(), channels),
                    vector -> {
                      Value channel = start(code, vector, channels, packed.icBlock());
                      transformTile(
                          code,
                          along(code, tileFrom, channel, Short.BYTES),
                          along(code, tileTo, channel, Short.BYTES));
                    });
              });
        });
  }

  /** Where the transformed inputs of a row of tiles begin. */
  private Value inScratch(Code code, Value scratch, Rows rows, Value row) {
    return along(code, scratch, code.sub(row, rows.from()), tileColumns() * tileBytes());
  }

  private void transformTile(Code code, Value from, Value to) {
    Type.Vector words = Type.I16.x(2 * at.leaf().lanes());
    List<List<Value>> columns = new ArrayList<>();
    for (int x = 0; x < INPUTS; x++) {
      List<Value> column = new ArrayList<>();
      for (int y = 0; y < INPUTS; y++) {
        long offset = y * packed.actRowBytes() + x * packed.actColumnBytes();
        column.add(code.load(words, code.offset(from, offset), Short.BYTES));
      }
      columns.add(differences(code, column));
    }
    for (int y = 0; y < INPUTS; y++) {
      int row = y;
      List<Value> points =
          differences(code, columns.stream().map(column -> column.get(row)).toList());
      for (int x = 0; x < INPUTS; x++) {
        long offset = (y * INPUTS + x) * pointBytes();
        code.store(points.get(x), code.offset(to, offset), Short.BYTES);
      }
    }
  }

  /** Bᵀ of four inputs. */
  private static List<Value> differences(Code code, List<Value> d) {
    return List.of(
        code.sub(d.get(0), d.get(2)),
        code.add(d.get(1), d.get(2)),
        code.sub(d.get(2), d.get(1)),
        code.sub(d.get(1), d.get(3)));
  }

  /** One block of output channels for all tiles of a unit. */
  private void multiply(
      Code code, Value scratch, Value wgt, Value constants, Value out, Rows rows) {
    Value sums = code.offset(scratch, aligned(POINTS * pointBytes()));
    code.loop(
        rows.from(),
        rows.to(),
        row -> {
          Value inRow = inScratch(code, scratch, rows, row);
          Value y = start(code, row, OUTPUTS, conv.rows());
          Value outRow = along(code, out, y, packed.outRowBytes());
          code.loop(
              Math.ceilDiv(tileColumns(), runTiles()),
              run -> {
                Value tile = start(code, run, runTiles(), tileColumns());
                Value act = along(code, inRow, tile, tileBytes());
                code.loop(
                    POINTS,
                    point ->
                        multiplyPoint(
                            code,
                            along(code, act, point, pointBytes()),
                            along(code, wgt, point, packed.wgtTapBytes()),
                            along(code, sums, point, runBytes())));
                finish(code, sums, constants, outRow, tile);
              });
        });
  }

  /** The sums over channels of one point of a run's tiles. */
  private void multiplyPoint(Code code, Value act, Value wgt, Value sums) {
    Leaf leaf = at.leaf();
    List<Value> start = new ArrayList<>(List.of(act, wgt));
    for (int i = 0; i < at.accumulators(); i++) {
      start.add(Value.zero(leaf.accumulator()));
    }
    List<Value> end =
        code.reduce(
            packed.icBlock() / leaf.group(),
            start,
            (_, carried) -> {
              List<Value> next = new ArrayList<>();
              next.add(code.offset(carried.get(0), leaf.actPartBytes()));
              next.add(code.offset(carried.get(1), packed.wgtPartBytes()));
              next.addAll(
                  leaf.multiplyAdd(
                      code,
                      carried.subList(2, carried.size()),
                      new Tiles(code, carried.get(0), carried.get(1))));
              return next;
            });
    for (int i = 0; i < at.accumulators(); i++) {
      code.store(end.get(2 + i), code.offset(sums, i * vectorBytes()), PackedLayout.SUM_BYTES);
    }
  }

  /** The operands of one part of a run's tiles. */
  private final class Tiles implements Leaf.Tile {
    private final Code code;
    private final Value act;
    private final Value wgt;

    Tiles(Code code, Value act, Value wgt) {
      this.code = code;
      this.act = act;
      this.wgt = wgt;
    }

    @Override
    public int vectors() {
      return at.ocVectors();
    }

    @Override
    public List<Integer> positions() {
      List<Integer> all = new ArrayList<>();
      for (int tile = 0; tile < runTiles(); tile++) {
        all.add(tile);
      }
      return all;
    }

    @Override
    public Value act(int position, int part, int plane) {
      return at.leaf().loadAct(code, code.offset(act, position * tileBytes()), Short.BYTES);
    }

    @Override
    public Value wgt(int vector, int part) {
      return at.leaf().loadWgt(code, code.offset(wgt, (long) vector * at.leaf().wgtPartBytes()));
    }
  }

  /** The constants of requantizing of a block of output channels; where they would be, else. */
  private Value constants(Code code, Value set, Value block) {
    Value all = code.offset(code.param("wgt"), packed.constantsOffsetBytes());
    Value ofSet = along(code, all, set, packed.constantsSetBytes());
    return along(code, ofSet, block, packed.constantsBlockBytes());
  }

  /** Makes outputs of the sums of a run's tiles. */
  private void finish(Code code, Value sums, Value constants, Value outRow, Value firstTile) {
    long outVectorBytes = (long) at.leaf().lanes() * packed.outElementBytes();
    code.loop(
        runTiles(),
        tile -> {
          Value x = start(code, code.add(firstTile, tile), OUTPUTS, conv.columns());
          Value to = along(code, outRow, x, packed.outColumnBytes());
          Value from = along(code, sums, tile, at.ocVectors() * vectorBytes());
          for (int vector = 0; vector < at.ocVectors(); vector++) {
            List<Value> outputs = outputsOfTile(code, code.offset(from, vector * vectorBytes()));
            Value ofVector = code.offset(constants, vector * packed.constantsVectorBytes());
            storeTile(
                code,
                packed.requantizer().map(r -> codes(code, r, outputs, ofVector)).orElse(outputs),
                code.offset(to, vector * outVectorBytes),
                outVectorBytes);
          }
        });
  }

  private static List<Value> codes(
      Code code, Requantizer requantizer, List<Value> sums, Value constants) {
    Value start = requantizer.start(code, constants);
    Requantizer.Constants loaded = requantizer.load(code, constants);
    return sums.stream().map(sum -> requantizer.codes(code, code.add(sum, start), loaded)).toList();
  }

  /** The outputs of a tile and a vector of output channels, row by row: s32 without a start. */
  private List<Value> outputsOfTile(Code code, Value from) {
    Type.Vector type = at.leaf().accumulator();
    long pointStep = runBytes();
    List<List<Value>> columns = new ArrayList<>();
    for (int x = 0; x < INPUTS; x++) {
      List<Value> column = new ArrayList<>();
      for (int y = 0; y < INPUTS; y++) {
        Value place = code.offset(from, (y * INPUTS + x) * pointStep);
        column.add(code.load(type, place, PackedLayout.SUM_BYTES));
      }
      columns.add(sums(code, column));
    }
    List<Value> outputs = new ArrayList<>();
    for (int y = 0; y < OUTPUTS; y++) {
      int row = y;
      List<Value> fourfold = sums(code, columns.stream().map(column -> column.get(row)).toList());
      fourfold.forEach(four -> outputs.add(code.shiftRightArithmetic(four, 2)));
    }
    return outputs;
  }

  private void storeTile(Code code, List<Value> outputs, Value to, long vectorBytes) {
    for (int y = 0; y < OUTPUTS; y++) {
      for (int x = 0; x < OUTPUTS; x++) {
        long offset = y * packed.outRowBytes() + x * packed.outColumnBytes();
        code.store(outputs.get(y * OUTPUTS + x), code.offset(to, offset), (int) vectorBytes);
      }
    }
  }

  /** Aᵀ of four sums. */
  private static List<Value> sums(Code code, List<Value> m) {
    return List.of(
        code.add(code.add(m.get(0), m.get(1)), m.get(2)),
        code.sub(code.sub(m.get(1), m.get(2)), m.get(3)));
  }
}
