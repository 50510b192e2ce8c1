package dev.octune.kernels.codegen;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Constraint;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.workload.Window;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** The schedules of the tile kernel for one contraction. Not thread-safe. */
final class MatrixSpace {
  /** Raised when the same schedule text comes to mean another kernel. */
  static final int VERSION = 2;

  /** With more channels than this padding each tap costs little. */
  private static final int MAX_FLAT_CHANNELS = 16;

  /**
   * Cycles that a multiplication keeps its unit, however few its positions are, and that an
   * addition keeps the next one to the same sums waiting (Intel's optimization manual on AMX).
   */
  private static final double MULTIPLY = 16;

  private static final double LATENCY = 52;

  /**
   * Cycles of loading a row of a tile from the first-level cache, and of loading one of weights,
   * which come from the second one where a block's are many: a loop of loads on an Emerald Rapids.
   */
  private static final double LOAD_ROW = 0.9;

  private static final double LOAD_FAR_ROW = 1.5;

  /** Weights of a block that stay in the first-level cache beside activations. */
  private static final int NEAR_BYTES = 24 << 10;

  /** Beside one tile of output channels; two registers hold operands. */
  private static final int MAX_POSITION_TILES = AmxTile.REGISTERS - 2;

  private static final int[] OC_TILES = {1, 2, 3, 4, 5, 6};
  private static final int[] OW_TILES = {1, 2, 4, 7, 8, 10, 12, 13, 14, 16, 20, 24, 28, 32, 42, 48};

  // Places of the knobs, in the order of knobs().
  private static final int IC_BLOCK = 1;
  private static final int OC_VECTORS = 2;
  private static final int OW_TILE = 3;
  private static final int OH_TILE = 4;
  private static final int STRIP = 5;
  private static final int TAPS = 6;
  private static final int REDUCE = 7;
  private static final int ORDER = 8;

  private final String template;
  private final Contraction conv;
  private final int threads;
  private final boolean mayBeFlat;
  private final List<Knob> knobs;

  /** Made once: every point is asked for, and look-ups ask for many. */
  private final List<Constraint<? super MatrixTiling>> constraints;

  MatrixSpace(String template, Contraction conv, int threads) {
    this.template = template;
    this.conv = conv;
    this.threads = threads;
    Window w = conv.window();
    this.mayBeFlat = w.kw() > 1 && w.dilationW() == 1 && conv.ic() <= MAX_FLAT_CHANNELS;
    this.knobs = knobs();
    this.constraints = constraints();
  }

  ConfigSpace space() {
    return ConfigSpace.ofCoordinates(template, VERSION, knobs, this::tiling, constraints);
  }

  /** The schedule with its knobs read; empty where the space doesn't hold it. */
  Optional<MatrixTiling> tiling(Schedule schedule) {
    return schedule.coordinates(template, VERSION, knobs).map(this::tiling).filter(this::isLegal);
  }

  /** The legal point of the least estimated cost. */
  Schedule best() {
    ConfigSpace space = space();
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < space.size(); i++) {
      double cost = cost(tiling(space.coordinates(i)));
      if (cost < least) {
        best = i;
        least = cost;
      }
    }
    return space.at(best);
  }

  /**
   * The share of a tile multiplication that the contraction fills: positions, output channels and
   * input channels (of a row's taps together, where they may be one run), each in whole tiles.
   */
  double share() {
    int run = mayBeFlat ? conv.window().kw() * conv.ic() : conv.ic();
    return 1
        / (positionWaste()
            * Extents.waste(AmxTile.LANES, conv.oc())
            * Extents.waste(AmxTile.DEPTH, run));
  }

  /** Positions of the fewest tiles over those that are outputs. */
  private double positionWaste() {
    double least = Extents.waste(AmxTile.ROWS, conv.columns());
    for (int rows : ((Knob.Size) knobs.get(OH_TILE)).sizes()) {
      if (rows > 1) {
        int tiles = PositionTiles.of(conv, rows, conv.columns()).count();
        double waste = (double) tiles * AmxTile.ROWS / (rows * conv.columns());
        least = Math.min(least, waste * Extents.waste(rows, conv.rows()));
      }
    }
    return least;
  }

  /** Turns of the innermost body in one batch. */
  private double multiplications(MatrixTiling at) {
    PackedLayout layout = at.layout(conv);
    int parts = at.icBlock() / at.depth();
    return (double) parts
        * layout.icBlocks()
        * conv.window().kh()
        * layout.rowTaps()
        * Math.ceilDiv(conv.rows(), at.ohTile())
        * Math.ceilDiv(conv.columns(), at.strip())
        * Math.ceilDiv(at.strip(), at.owTile())
        * layout.ocBlocks();
  }

  private double cost(MatrixTiling at) {
    PositionTiles positions = at.positions(conv);
    PackedLayout layout = at.layout(conv);
    double multiplications = at.accumulators(positions) * MULTIPLY;
    double wgtRow = layout.wgtOcBlockBytes() > NEAR_BYTES ? LOAD_FAR_ROW : LOAD_ROW;
    double loads =
        positions.count() * positions.size() * LOAD_ROW
            + at.ocTiles() * (at.depth() / AmxTile.DOT) * wgtRow;
    double body = Math.max(LATENCY, Math.max(multiplications, loads));
    double units =
        (double) conv.batches()
            * layout.ocBlocks()
            * Math.ceilDiv(conv.rows(), at.ohTile())
            * Math.ceilDiv(conv.columns(), at.strip());
    double imbalance = Math.ceil(units / threads) * threads / units;
    return multiplications(at) * body * imbalance;
  }

  private MatrixTiling tiling(int[] at) {
    return new MatrixTiling(
        size(IC_BLOCK, at),
        size(OC_VECTORS, at),
        size(OW_TILE, at),
        size(OH_TILE, at),
        size(STRIP, at),
        knobs.get(TAPS).values().get(at[TAPS]).equals(RowTaps.FLAT.text()),
        at[REDUCE] == 1,
        at[ORDER] == 1);
  }

  private int size(int knob, int[] at) {
    return ((Knob.Size) knobs.get(knob)).sizes().get(at[knob]);
  }

  private List<Knob> knobs() {
    int ocTilesMax = PackedLayout.ceilDiv(conv.oc(), AmxTile.LANES);
    return List.of(
        Knob.Choice.of("leaf", AmxTile.LEAF),
        new Knob.Size("ic_block", icBlocks()),
        new Knob.Size("oc_vectors", Extents.upTo(OC_TILES, ocTilesMax)),
        new Knob.Size("ow_tile", owTiles()),
        new Knob.Size("oh_tile", ohTiles()),
        new Knob.Size("strip", Extents.strips(conv)),
        mayBeFlat
            ? Knob.Choice.of("taps", RowTaps.LOOP.text(), RowTaps.FLAT.text())
            : Knob.Choice.of("taps", RowTaps.LOOP.text()),
        conv.taps() > 1
            ? Knob.Choice.of("reduce", "channels_outer", "taps_outer")
            : Knob.Choice.of("reduce", "channels_outer"),
        Knob.Choice.of("order", "channels_outer", "rows_outer"));
  }

  private boolean isLegal(MatrixTiling at) {
    return Constraint.allow(constraints, at);
  }

  private List<Constraint<? super MatrixTiling>> constraints() {
    return List.of(
        new Constraint<>("tiles are even", at -> at.isEven(conv)),
        new Constraint<>(
            "rows are joined whole", at -> at.ohTile() == 1 || at.owTile() == conv.columns()),
        new Constraint<>(
            "sums and operands fit the tile registers",
            at -> at.liveTiles(at.positions(conv)) <= AmxTile.REGISTERS),
        new Constraint<>(
            "flat rows fit a block",
            at -> !at.flat() || (at.icBlock() >= run(at) && !at.tapsOuter())),
        new Constraint<>(
            "block of channels pads little",
            at ->
                Extents.waste(at.icBlock(), run(at))
                    <= Extents.MAX_WASTE * Extents.waste(AmxTile.DOT, run(at))),
        new Constraint<>("register tile divides strip and channels well", this::isTile));
  }

  /** Neighbouring channels that blocks cover. */
  private int run(MatrixTiling at) {
    return at.flat() ? conv.window().kw() * conv.ic() : conv.ic();
  }

  private boolean isTile(MatrixTiling at) {
    return at.owTile() <= at.strip()
        && Extents.waste(at.ocBlock(), conv.oc())
            <= Extents.MAX_WASTE * Extents.waste(AmxTile.LANES, conv.oc())
        && Extents.waste(at.owTile(), at.strip()) <= Extents.MAX_WASTE
        && Extents.waste(at.ohTile(), conv.rows()) <= Extents.MAX_WASTE;
  }

  /** And whole rows, for those that are joined. */
  private List<Integer> owTiles() {
    TreeSet<Integer> columns = new TreeSet<>(Extents.upTo(OW_TILES, conv.columns()));
    if (conv.columns() <= MAX_POSITION_TILES * AmxTile.ROWS) {
      columns.add(conv.columns());
    }
    return List.copyOf(columns);
  }

  /** Rows whose tiles leave registers for operands. */
  private List<Integer> ohTiles() {
    return IntStream.rangeClosed(1, conv.rows())
        .takeWhile(
            rows ->
                rows == 1
                    || PositionTiles.of(conv, rows, conv.columns()).count() <= MAX_POSITION_TILES)
        .boxed()
        .toList();
  }

  /** All channels in one block, in whole multiplications or as few as can be; and 64. */
  private List<Integer> icBlocks() {
    TreeSet<Integer> blocks = new TreeSet<>();
    addBlocks(conv.ic(), blocks);
    if (mayBeFlat) {
      addBlocks(conv.window().kw() * conv.ic(), blocks);
    }
    return List.copyOf(blocks);
  }

  private static void addBlocks(int run, Set<Integer> blocks) {
    int least = PackedLayout.ceilDiv(run, AmxTile.DOT) * AmxTile.DOT;
    blocks.add(least);
    if (least > AmxTile.DEPTH) {
      blocks.add(AmxTile.DEPTH);
      blocks.add(PackedLayout.ceilDiv(run, AmxTile.DEPTH) * AmxTile.DEPTH);
    }
  }
}
