package dev.octune.kernels.codegen;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Constraint;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The schedules of a contraction with particular weights: kernels of lists, and beside them plain
 * direct kernels and Winograd's of the leaves that are exact for any weights, which win where the
 * weights leave little for the lists. Not thread-safe.
 */
final class ListedSpace {
  /** Raised when the same schedule text comes to mean another kernel. */
  static final int VERSION = 2;

  /** What the P4 lists consist of; the other classes are made around the same loads. */
  static final Leaf LISTS = new ByteLeaf("avx2_lists", Isa.AVX2, ListedWeights.LANES, 1);

  /** Registers that a tile may want beyond those there are: memory operands stand in for a few. */
  private static final int SPARE_REGISTERS = 1;

  /** A register tile with fewer sums than this waits for its own additions. */
  private static final int MIN_ACCUMULATORS = 4;

  private static final List<Listing.Classes> CLASS_SETS = List.of(Listing.Classes.values());

  private static final int[] UNROLLS = {1, 2};
  private static final int[] OC_VECTOR_COUNTS = {1, 2, 3, 4};
  private static final int[] OW_TILES = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14};

  static final String PAIRING_KNOB = "pairing";

  // Places of the knobs, in the order of knobsForOneThread().
  private static final int LEAF = 0;
  private static final int CLASSES = 1;
  private static final int PAIRING = 2;
  private static final int IC_BLOCK = 3;
  private static final int OC_VECTORS = 4;
  private static final int OW_TILE = 5;
  private static final int STRIP = 6;
  private static final int UNROLL = 7;
  private static final int TAPS = 8;
  private static final int BORDER = 9;
  private static final int ORDER = 10;

  /** Behind them; there is none where one thread runs the kernel. */
  private static final int SPLIT = 11;

  private final String template;
  private final Contraction conv;
  private final int threads;
  private final DirectSpace plain;
  private final List<Leaf> leaves = new ArrayList<>();
  private final List<String> pairings;
  private final List<Knob> knobs;

  /** Made once: every point is asked for, and look-ups ask for many. */
  private final List<Constraint<? super Point>> constraints;

  ListedSpace(
      String template, Workload workload, Contraction conv, Target target, List<String> pairings) {
    this.template = template;
    this.conv = conv;
    this.threads = target.threads();
    this.pairings = List.copyOf(pairings);
    this.plain = new DirectSpace(workload, conv, target);
    leaves.add(LISTS);
    List<Leaf> exact = Leaves.of(target, workload.numerics());
    leaves.addAll(exact);
    WinogradLeaf.of(conv, exact, threads).ifPresent(leaves::add);
    this.knobs = Split.knobs(knobsForOneThread(), threads);
    this.constraints = constraints();
  }

  ConfigSpace space() {
    return ConfigSpace.ofCoordinates(template, VERSION, knobs, this::point, constraints);
  }

  /** The schedule with its knobs read, but for its order; empty where the space lacks it. */
  Optional<Tiling> tiling(Schedule schedule) {
    return schedule
        .coordinates(template, VERSION, knobs)
        .filter(at -> Constraint.allow(constraints, point(at)))
        .map(at -> listed(tiling(at), at));
  }

  /**
   * The point of lists with the most classes that direct kernels of bytes would do best at; behind
   * it those of the plain leaves that are estimated best.
   */
  List<Schedule> starts() {
    ConfigSpace space = space();
    DirectCost cost = DirectCost.of(conv, threads);
    // What lists cost depends on the weights: they are held against each other only.
    Starts lists = new Starts();
    Starts plainLeaves = new Starts();
    for (int i = 0; i < space.size(); i++) {
      int[] at = space.coordinates(i);
      if (at[LEAF] != 0) {
        plainLeaves.offer(at[LEAF], i, cost.cyclesPerMac(tiling(at)));
      } else if (classes(at) == richest(at) && at[PAIRING] == Math.min(1, pairings.size() - 1)) {
        lists.offer(at[LEAF], i, cost.cyclesPerMac(tiling(at)));
      }
    }
    return IntStream.concat(lists.points(), plainLeaves.points()).mapToObj(space::at).toList();
  }

  /** The most classes that a block of so many vectors has. */
  private Listing.Classes richest(int[] at) {
    return size(OC_VECTORS, at) == 2 ? Listing.Classes.D8_HALVES : Listing.Classes.D8;
  }

  private static Listing.Classes classes(int[] at) {
    return CLASS_SETS.get(at[CLASSES]);
  }

  private Tiling tiling(int[] at) {
    return new Tiling(
        leaves.get(at[LEAF]),
        size(IC_BLOCK, at),
        size(OC_VECTORS, at),
        size(OW_TILE, at),
        1,
        size(STRIP, at),
        size(UNROLL, at),
        plain.rowTaps().get(at[TAPS]),
        false,
        at[ORDER] == 1,
        plain.borders().get(at[BORDER]),
        1,
        Split.at(at, SPLIT));
  }

  private Tiling listed(Tiling tiling, int[] at) {
    return at[LEAF] == 0 ? tiling.with(new Listing(classes(at), Optional.empty())) : tiling;
  }

  private int size(int knob, int[] at) {
    return ((Knob.Size) knobs.get(knob)).sizes().get(at[knob]);
  }

  private List<Knob> knobsForOneThread() {
    return List.of(
        new Knob.Choice("leaf", leaves.stream().map(Leaf::text).toList()),
        new Knob.Choice("classes", CLASS_SETS.stream().map(Listing.Classes::text).toList()),
        new Knob.Choice(PAIRING_KNOB, pairings),
        new Knob.Size("ic_block", icBlocks()),
        new Knob.Size("oc_vectors", Extents.upTo(OC_VECTOR_COUNTS, ocVectorsMax())),
        new Knob.Size("ow_tile", Extents.upTo(OW_TILES, conv.columns())),
        new Knob.Size("strip", Extents.strips(conv)),
        Knob.Size.of("unroll", UNROLLS),
        new Knob.Choice("taps", plain.rowTaps().stream().map(RowTaps::text).toList()),
        new Knob.Choice("border", plain.borders().stream().map(Border::text).toList()),
        Knob.Choice.of("order", "channels_outer", "rows_outer"));
  }

  /** A point by its coordinates and as a tiling without its lists. */
  @SuppressWarnings("ArrayRecordComponent") // lent for one question
  private record Point(int[] at, Tiling tiling) {}

  private Point point(int[] at) {
    return new Point(at, tiling(at));
  }

  private List<Constraint<? super Point>> constraints() {
    return List.of(
        new Constraint<>("plain kernels have no classes, and are worth it", this::isPlainLegal),
        new Constraint<>(
            "lists can be written", point -> isPlain(point) || isWritable(point.at, point.tiling)),
        ofLists(
            "threads share as no other split does",
            tiling -> tiling.isSplitWorthwhile(conv, threads)),
        ofLists(
            "sums and operands fit the registers",
            tiling -> tiling.liveRegisters() <= tiling.leaf().registers() + SPARE_REGISTERS),
        ofLists("blocks pad few channels", this::padsFewChannels),
        ofLists(
            "register tile divides the strip well",
            tiling ->
                tiling.owTile() <= tiling.strip()
                    && Extents.waste(tiling.owTile(), tiling.strip()) <= Extents.MAX_WASTE),
        ofLists(
            "register tile hides latency",
            tiling -> tiling.accumulators() >= Math.min(MIN_ACCUMULATORS, conv.columns())));
  }

  private static boolean isPlain(Point point) {
    return point.at()[LEAF] != 0;
  }

  private boolean isPlainLegal(Point point) {
    int[] at = point.at();
    return !isPlain(point)
        || (at[CLASSES] == 0 && at[PAIRING] == 0 && plain.isLegal(point.tiling()));
  }

  /** What makes a kernel worth building as lists. */
  private static Constraint<Point> ofLists(String name, Predicate<Tiling> allows) {
    return new Constraint<>(name, point -> isPlain(point) || allows.test(point.tiling()));
  }

  private boolean padsFewChannels(Tiling tiling) {
    Leaf leaf = tiling.leaf();
    return Extents.waste(tiling.icBlock(), conv.ic())
            <= Extents.MAX_WASTE * Extents.waste(leaf.group(), conv.ic())
        && Extents.waste(tiling.ocBlock(), conv.oc())
            <= Extents.MAX_WASTE * Extents.waste(leaf.lanes(), conv.oc());
  }

  /**
   * Halves are those of two vectors; lists walk taps as they please; places of activations are s32.
   */
  private boolean isWritable(int[] at, Tiling tiling) {
    boolean halves = classes(at).has(ListClass.H0);
    boolean fitsBorder =
        switch (tiling.border()) {
          case PACKED -> true;
          case ROWS_SKIPPED ->
              tiling.borderIsExact(conv.numerics()) && conv.window().kh() <= ListedPacking.MAX_ROWS;
          case TAPS_SKIPPED -> false;
        };
    return tiling.rowTaps() == RowTaps.LOOP
        && tiling.unroll() == 1
        && fitsBorder
        && (!halves || tiling.ocVectors() == 2)
        && tiling.icBlock() % ListedWeights.CHUNK == 0
        && tiling.layout(conv).actBatchBytes() <= Integer.MAX_VALUE;
  }

  private int ocVectorsMax() {
    return PackedLayout.ceilDiv(conv.oc(), ListedWeights.LANES);
  }

  /** Those of lists, and what direct kernels have besides. */
  private List<Integer> icBlocks() {
    TreeSet<Integer> blocks = new TreeSet<>(plain.icBlocks());
    blocks.add(PackedLayout.ceilDiv(conv.ic(), ListedWeights.CHUNK) * ListedWeights.CHUNK);
    return List.copyOf(blocks);
  }
}
