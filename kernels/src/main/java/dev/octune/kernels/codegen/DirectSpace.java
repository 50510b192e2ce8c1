package dev.octune.kernels.codegen;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Constraint;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Padding;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The schedules of the direct kernel for one contraction on one target. Not thread-safe. */
final class DirectSpace {
  private static final String CONV2D = "conv2d_direct";
  private static final String DENSE = "dense_direct";
  private static final String BATCH_MATMUL = "batch_matmul_direct";

  /** Raised when the same schedule text comes to mean another kernel. */
  static final int VERSION = 1;

  /** What schedules begin with, one for each operator. */
  static final List<String> VERSIONS =
      Stream.of(CONV2D, DENSE, BATCH_MATMUL).map(name -> name + "/" + VERSION).toList();

  /** multiplyAdds written out in one body: above, code spills. */
  private static final int MAX_BODY_OPERATIONS = 64;

  /** multiplyAdds of all bodies: bounds what each trial has to compile. */
  private static final int MAX_OPERATIONS = 96;

  /** A register tile with fewer sums than this waits for its own additions. */
  private static final int MIN_ACCUMULATORS = 4;

  /** Registers that a tile may want beyond those there are: memory operands stand in for a few. */
  private static final int SPARE_REGISTERS = 1;

  /** Rows this short are worth a tile of two. */
  private static final int SMALL_COLUMNS = 6;

  /** With more channels than this padding each tap costs little. */
  private static final int MAX_FLAT_CHANNELS = 8;

  /** Where taps are skipped: the first tile, those inside as one loop, the last tile. */
  private static final int MAX_TILES_WRITTEN = 3;

  private static final int[] OC_VECTOR_COUNTS = {1, 2, 3, 4, 6, 8};
  private static final int[] OW_TILES = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14};
  private static final int[] PASS_COUNTS = {1, 2, 4};

  /** Blocks of fewer channels stay in a first-level cache as they are. */
  private static final int MIN_SPLIT_CHANNELS = 512;

  private static final int[] UNROLLS = {1, 2, 4, 8};

  // Places of the knobs, in the order of knobsForOneThread().
  private static final int LEAF = 0;
  private static final int IC_BLOCK = 1;
  private static final int OC_VECTORS = 2;
  private static final int OW_TILE = 3;
  private static final int OH_TILE = 4;
  private static final int STRIP = 5;
  private static final int UNROLL = 6;
  private static final int TAPS = 7;
  private static final int REDUCE = 8;
  private static final int ORDER = 9;
  private static final int BORDER = 10;

  /** Behind the others, where there is a choice. */
  private static final int PASSES = 11;

  private final Workload workload;
  private final Contraction conv;
  private final int threads;
  private final List<Leaf> leaves;
  private final List<Border> borders;
  private final List<RowTaps> rowTaps;
  private final List<Knob> knobs;

  /** Made once: every point is asked for, and look-ups ask for many. */
  private final List<Constraint<? super Tiling>> constraints;

  /** Behind all others; there is none where one thread runs the kernel. */
  private final int splitPlace;

  private final Map<Strip, Integer> leastAccumulators = new HashMap<>();

  private record Strip(Leaf leaf, int columns) {}

  DirectSpace(Workload workload, Contraction conv, Target target) {
    this.workload = workload;
    this.conv = conv;
    this.threads = target.threads();
    List<Leaf> plain = Leaves.of(target, conv.numerics(), (long) conv.rows() * conv.columns());
    this.leaves =
        Stream.concat(plain.stream(), WinogradLeaf.of(conv, plain, threads).stream()).toList();
    this.borders = borders();
    this.rowTaps = rowTaps();
    List<Knob> ofOneThread = knobsForOneThread();
    this.splitPlace = ofOneThread.size();
    this.knobs = Split.knobs(ofOneThread, threads);
    this.constraints = constraints();
  }

  ConfigSpace space() {
    return ConfigSpace.ofCoordinates(template(), VERSION, knobs, this::tiling, constraints);
  }

  /** The schedule with its knobs read; empty where the space doesn't hold it. */
  Optional<Tiling> tiling(Schedule schedule) {
    return schedule.coordinates(template(), VERSION, knobs).map(this::tiling).filter(this::isLegal);
  }

  /** Of each leaf the legal point of the least estimated cost, the least of all first. */
  List<Schedule> starts() {
    ConfigSpace space = space();
    DirectCost cost = DirectCost.of(conv, threads);
    Starts starts = new Starts();
    for (int i = 0; i < space.size(); i++) {
      int[] at = space.coordinates(i);
      starts.offer(at[LEAF], i, cost.cyclesPerMac(tiling(at)));
    }
    return starts.points().mapToObj(space::at).toList();
  }

  private Tiling tiling(int[] at) {
    return new Tiling(
        leaves.get(at[LEAF]),
        size(IC_BLOCK, at),
        size(OC_VECTORS, at),
        size(OW_TILE, at),
        size(OH_TILE, at),
        size(STRIP, at),
        size(UNROLL, at),
        rowTaps.get(at[TAPS]),
        at[REDUCE] == 1,
        at[ORDER] == 1,
        borders.get(at[BORDER]),
        isReductionSplit() ? size(PASSES, at) : 1,
        Split.at(at, splitPlace));
  }

  private int size(int knob, int[] at) {
    return ((Knob.Size) knobs.get(knob)).sizes().get(at[knob]);
  }

  private String template() {
    return switch (workload) {
      case Conv2d _ -> CONV2D;
      case Dense _ -> DENSE;
      case BatchMatmul _ -> BATCH_MATMUL;
      case DepthwiseConv2d _ ->
          throw new IllegalArgumentException("a depthwise convolution is no contraction");
    };
  }

  private List<Knob> knobsForOneThread() {
    List<Knob> all = new ArrayList<>(knobsOfAll());
    if (isReductionSplit()) {
      all.add(Knob.Size.of("passes", PASS_COUNTS));
    }
    return List.copyOf(all);
  }

  /**
   * Whether the reduction may be walked in passes: weights of a block of output channels are then
   * read from a near cache again and again, for the price of sums that come and go. Positions must
   * be worth it, and sums be the output.
   */
  private boolean isReductionSplit() {
    return conv.isPointwise()
        && conv.columns() >= Extents.MIN_STRIP
        && conv.ic() >= MIN_SPLIT_CHANNELS
        && !conv.numerics().out().isRequantized();
  }

  private List<Knob> knobsOfAll() {
    return List.of(
        new Knob.Choice("leaf", leaves.stream().map(Leaf::text).toList()),
        new Knob.Size("ic_block", icBlocks()),
        new Knob.Size("oc_vectors", Extents.upTo(OC_VECTOR_COUNTS, ocVectorsMax())),
        new Knob.Size("ow_tile", Extents.upTo(OW_TILES, conv.columns())),
        Knob.Size.of(
            "oh_tile",
            conv.rows() > 1 && conv.columns() <= SMALL_COLUMNS ? new int[] {1, 2} : new int[] {1}),
        new Knob.Size("strip", Extents.strips(conv)),
        Knob.Size.of("unroll", UNROLLS),
        new Knob.Choice("taps", rowTaps.stream().map(RowTaps::text).toList()),
        choice("reduce", conv.taps() > 1, "channels_outer", "taps_outer"),
        Knob.Choice.of("order", "channels_outer", "rows_outer"),
        new Knob.Choice("border", borders.stream().map(Border::text).toList()));
  }

  List<RowTaps> rowTaps() {
    Window w = conv.window();
    if (w.kw() == 1) {
      return List.of(RowTaps.LOOP);
    }
    return conv.ic() <= MAX_FLAT_CHANNELS && w.dilationW() == 1
        ? List.of(RowTaps.LOOP, RowTaps.UNROLLED, RowTaps.FLAT)
        : List.of(RowTaps.LOOP, RowTaps.UNROLLED);
  }

  List<Border> borders() {
    Padding pad = conv.window().pad();
    List<Border> choices = new ArrayList<>();
    choices.add(Border.PACKED);
    if (pad.top() > 0 || pad.bottom() > 0) {
      choices.add(Border.ROWS_SKIPPED);
    }
    if (pad.left() > 0 || pad.right() > 0) {
      choices.add(Border.TAPS_SKIPPED);
    }
    return choices;
  }

  private static Knob choice(String name, boolean free, String first, String second) {
    return free ? Knob.Choice.of(name, first, second) : Knob.Choice.of(name, first);
  }

  /** Whether a tiling of any of these knobs' values is a point of the space. */
  boolean isLegal(Tiling at) {
    return Constraint.allow(constraints, at);
  }

  /**
   * First what the kernel needs to be written at all and to be exact, then what keeps compiling
   * quick and sums in registers, then what prunes the hopeless.
   */
  private List<Constraint<? super Tiling>> constraints() {
    return List.of(
        new Constraint<>("block of channels holds whole groups", this::holdsWholeGroups),
        new Constraint<>("border is exact and can be walked", this::bordersAreWalked),
        new Constraint<>("flat rows fit a block", this::isFlatRowWhole),
        new Constraint<>("tiles of transformed inputs are walked in one way", this::isPlainWalk),
        new Constraint<>("passes divide blocks, tiles divide strips", this::dividesPasses),
        new Constraint<>("passes are of blocks beyond the near cache", this::needsPasses),
        new Constraint<>(
            "threads share as no other split does", at -> at.isSplitWorthwhile(conv, threads)),
        new Constraint<>("body is small", this::isBodySmall),
        new Constraint<>("sums and operands fit the registers", this::fitsRegisters),
        new Constraint<>("block of channels pads little", this::padsFewChannels),
        new Constraint<>("register tile divides strip and channels well", this::isTile),
        new Constraint<>("register tile hides latency", this::hidesLatency));
  }

  private boolean holdsWholeGroups(Tiling at) {
    int group = at.leaf().group();
    return at.icBlock() % group == 0 && at.icBlock() / group % at.unroll() == 0;
  }

  private boolean bordersAreWalked(Tiling at) {
    boolean skipsTaps = at.border() == Border.TAPS_SKIPPED;
    boolean writesTaps = at.rowTaps() == RowTaps.UNROLLED || conv.window().kw() == 1;
    return at.borderIsExact(conv.numerics())
        && (at.ohTile() == 1 || (at.owTile() == conv.columns() && at.border() == Border.PACKED))
        && (!skipsTaps || (writesTaps && at.tilesWritten(conv.window()) <= MAX_TILES_WRITTEN));
  }

  private boolean isFlatRowWhole(Tiling at) {
    return at.rowTaps() != RowTaps.FLAT
        || (at.icBlock() >= run(at) && !at.tapsOuter() && at.leaf().actForm() == ActForm.WHOLE);
  }

  /** Of the knobs, Winograd's kernel has the register tile and two of the splits. */
  private boolean isPlainWalk(Tiling at) {
    return !(at.leaf() instanceof WinogradLeaf)
        || (at.icBlock() >= conv.ic()
            && at.ohTile() == 1
            && at.unroll() == 1
            && at.rowTaps() == RowTaps.LOOP
            && !at.tapsOuter()
            && at.rowsOuter()
            && at.border() == Border.PACKED
            && at.split().filter(Split.ROWS::equals).isEmpty());
  }

  /** A tile that overlaps its neighbour would add to the same sums twice. */
  private boolean dividesPasses(Tiling at) {
    return at.passes() == 1
        || (PackedLayout.ceilDiv(conv.ic(), at.icBlock()) % at.passes() == 0
            && conv.columns() % at.strip() == 0
            && at.strip() % at.owTile() == 0
            && at.strip() > at.owTile());
  }

  private boolean needsPasses(Tiling at) {
    long bytes = (long) at.ocBlock() * conv.ic() * at.leaf().wgtElement().bits() / Byte.SIZE;
    return at.passes() == 1 || bytes > DirectCost.RESIDENT_BYTES;
  }

  private boolean isBodySmall(Tiling at) {
    int operations = at.bodyOperations(conv.window().kw());
    return operations <= MAX_BODY_OPERATIONS
        && operations * at.tilesWritten(conv.window()) <= MAX_OPERATIONS;
  }

  private boolean fitsRegisters(Tiling at) {
    return at.liveRegisters() <= at.leaf().registers() + SPARE_REGISTERS;
  }

  private boolean padsFewChannels(Tiling at) {
    return Extents.waste(at.icBlock(), run(at))
        <= Extents.MAX_WASTE * Extents.waste(at.leaf().group(), run(at));
  }

  private boolean isTile(Tiling at) {
    return isTile(at.leaf(), at.ocVectors(), at.owTile(), at.strip());
  }

  private boolean hidesLatency(Tiling at) {
    return at.accumulators() >= leastAccumulators(at.leaf(), at.strip());
  }

  /** Neighbouring channels that blocks cover. */
  private int run(Tiling at) {
    return at.rowTaps() == RowTaps.FLAT ? conv.window().kw() * conv.ic() : conv.ic();
  }

  /** Whether a register tile fits the strip and repeats little. */
  private boolean isTile(Leaf leaf, int ocVectors, int owTile, int strip) {
    int outputs = leaf.outputsOfSum();
    return owTile <= strip
        && owTile % outputs == 0
        && Extents.waste(ocVectors * leaf.lanes(), conv.oc())
            <= Extents.MAX_WASTE * Extents.waste(leaf.lanes(), conv.oc())
        && Extents.waste(owTile / outputs, Math.ceilDiv(strip, outputs)) <= Extents.MAX_WASTE;
  }

  /**
   * {@link #MIN_ACCUMULATORS}, fewer where a leaf adds several parts at once, or what the largest
   * tile has where outputs are fewer.
   */
  private int leastAccumulators(Leaf leaf, int strip) {
    return leastAccumulators.computeIfAbsent(
        new Strip(leaf, strip),
        _ -> {
          int most = 1;
          for (int ocVectors : Extents.upTo(OC_VECTOR_COUNTS, ocVectorsMax())) {
            for (int owTile : OW_TILES) {
              if (isTile(leaf, ocVectors, owTile, strip)) {
                most = Math.max(most, ocVectors * owTile / leaf.outputsOfSum());
              }
            }
          }
          return Math.min(most, Math.max(1, MIN_ACCUMULATORS / leaf.depth()));
        });
  }

  private int ocVectorsMax() {
    int lanes = leaves.stream().mapToInt(Leaf::lanes).min().orElseThrow();
    return PackedLayout.ceilDiv(conv.oc(), lanes);
  }

  /** Powers of two below the channels, and all channels in one block. */
  List<Integer> icBlocks() {
    TreeSet<Integer> blocks = new TreeSet<>();
    for (Leaf leaf : leaves) {
      blocks.add(PackedLayout.ceilDiv(conv.ic(), leaf.group()) * leaf.group());
    }
    if (rowTaps.contains(RowTaps.FLAT)) {
      // Runs of whole groups, and of groups that an unrolled body divides.
      int run = conv.window().kw() * conv.ic();
      for (Leaf leaf : leaves) {
        for (int groups = leaf.group(); groups <= 4 * leaf.group(); groups *= 4) {
          blocks.add(PackedLayout.ceilDiv(run, groups) * groups);
        }
      }
    }
    for (int block = 4; block <= 64; block *= 2) {
      if (block < conv.ic()) {
        blocks.add(block);
      }
    }
    if (conv.ic() > 64) {
      blocks.add(PackedLayout.ceilDiv(conv.ic(), 16) * 16);
    }
    return List.copyOf(blocks);
  }
}
