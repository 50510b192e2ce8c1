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

/** The schedules of the tile kernel for one contraction. Not thread-safe. */
final class MatrixSpace {
  /** Raised when the same schedule text comes to mean another kernel. */
  static final int VERSION = 1;

  /** With more channels than this padding each tap costs little. */
  private static final int MAX_FLAT_CHANNELS = 16;

  /**
   * Cycles that a multiplication keeps its unit, a load its port, and an addition the next one to
   * the same sums waiting: Intel's optimization manual on AMX. Nobody timed them here.
   */
  private static final int MULTIPLY = 16;

  private static final int LOAD = 8;
  private static final int LATENCY = 52;

  private static final int[] OC_TILES = {1, 2, 3, 4, 5, 6};
  private static final int[] OW_TILES = {1, 2, 4, 7, 8, 10, 12, 13, 14, 16, 20, 24, 28, 32, 42, 48};

  // Places of the knobs, in the order of knobs().
  private static final int IC_BLOCK = 1;
  private static final int OC_VECTORS = 2;
  private static final int OW_TILE = 3;
  private static final int STRIP = 4;
  private static final int TAPS = 5;
  private static final int REDUCE = 6;
  private static final int ORDER = 7;

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
        / (Extents.waste(AmxTile.ROWS, conv.columns())
            * Extents.waste(AmxTile.LANES, conv.oc())
            * Extents.waste(AmxTile.DEPTH, run));
  }

  /** Turns of the innermost body in one batch. */
  private double multiplications(MatrixTiling at) {
    PackedLayout layout = at.layout(conv);
    int parts = at.icBlock() / at.depth();
    return (double) parts
        * layout.icBlocks()
        * conv.window().kh()
        * layout.rowTaps()
        * conv.rows()
        * Math.ceilDiv(conv.columns(), at.strip())
        * Math.ceilDiv(at.strip(), at.owTile())
        * layout.ocBlocks();
  }

  private double cost(MatrixTiling at) {
    int multiplications = at.accumulators() * MULTIPLY;
    int loads = (at.ocTiles() + at.positionTiles()) * LOAD;
    int body = Math.max(LATENCY, Math.max(multiplications, loads));
    double units =
        (double) conv.batches()
            * at.layout(conv).ocBlocks()
            * conv.rows()
            * Math.ceilDiv(conv.columns(), at.strip());
    double imbalance = Math.ceil(units / threads) * threads / units;
    return multiplications(at) * body * imbalance;
  }

  private MatrixTiling tiling(int[] at) {
    return new MatrixTiling(
        size(IC_BLOCK, at),
        size(OC_VECTORS, at),
        size(OW_TILE, at),
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
        new Knob.Size("ow_tile", Extents.upTo(OW_TILES, conv.columns())),
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
        new Constraint<>("blocks and tiles are even", MatrixTiling::isEven),
        new Constraint<>(
            "sums and operands fit the tile registers", at -> at.liveTiles() <= AmxTile.REGISTERS),
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
        && Extents.waste(at.owTile(), at.strip()) <= Extents.MAX_WASTE;
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
