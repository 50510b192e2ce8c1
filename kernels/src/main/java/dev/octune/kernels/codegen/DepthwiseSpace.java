package dev.octune.kernels.codegen;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Constraint;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.DepthwiseConv2d;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The schedules of one depthwise convolution on one instruction set. */
final class DepthwiseSpace {
  private static final String TEMPLATE = "depthwise_direct";

  /** Raised when the same schedule text comes to mean another kernel. */
  private static final int VERSION = 1;

  /** What schedules begin with. */
  static final String VERSION_TEXT = TEMPLATE + "/" + VERSION;

  /** A packed buffer beyond this is no layer of a network; the runner maps several of them. */
  private static final long MAX_BUFFER_BYTES = 1L << 30;

  /** multiplyAdds written out in one body: above, compiling takes longer than measuring. */
  private static final int MAX_UNROLLED = 256;

  /** Sums that a loop carries: no target here has more vector registers to spare. */
  private static final int MAX_CARRIED = 28;

  /** Weights held in registers: with more, all would be reloads. */
  private static final int MAX_HELD = 32;

  /** Kernels of fewer taps are always better written out. */
  private static final int MIN_LOOPED_TAPS = 25;

  private static final List<Integer> OW_TILES = List.of(1, 2, 3, 4, 5, 6, 7, 8, 10, 14, 16);
  private static final List<Integer> OH_TILES = List.of(1, 2, 4);
  private static final List<Integer> BLOCK_VECTORS = List.of(1, 2, 4);

  private final DepthwiseConv2d conv;
  private final Isa isa;
  private final List<DepthwiseLeaf> leaves;

  /** Made once, as constraints: look-ups ask for many schedules. */
  private final List<Knob> knobs;

  private final List<Constraint<? super DepthwisePlan>> constraints;

  DepthwiseSpace(DepthwiseConv2d conv, Isa isa) {
    this.conv = conv;
    this.isa = isa;
    this.leaves = DepthwiseLeaf.legal(isa, conv.numerics());
    this.knobs = knobs();
    this.constraints = constraints();
  }

  ConfigSpace space() {
    return ConfigSpace.ofSchedules(TEMPLATE, VERSION, knobs, this::plan, constraints);
  }

  /** Whether the space holds it, without enumerating the space. */
  boolean contains(Schedule schedule) {
    return schedule.coordinates(TEMPLATE, VERSION, knobs).isPresent() && isLegal(schedule);
  }

  /** The legal point of the least estimated cost. */
  Schedule best() {
    ConfigSpace space = space();
    Schedule best = space.at(0);
    double bestCost = Double.POSITIVE_INFINITY;
    for (int i = 0; i < space.size(); i++) {
      Schedule schedule = space.at(i);
      double cost = new DepthwiseCost(plan(schedule), isa).operationsPerOutput();
      if (cost < bestCost) {
        best = schedule;
        bestCost = cost;
      }
    }
    return best;
  }

  /** Why no schedule is legal: the one with the least memory needs too much of it. */
  Optional<String> uncovered() {
    long least = Long.MAX_VALUE;
    for (DepthwiseLeaf leaf : leaves) {
      for (String lanes : lanes()) {
        least = Math.min(least, bytes(plainest(leaf, lanes)));
      }
    }
    return least > MAX_BUFFER_BYTES
        ? Optional.of(
            "a packed buffer would have %d bytes, at most %d are supported"
                .formatted(least, MAX_BUFFER_BYTES))
        : Optional.empty();
  }

  private DepthwisePlan plainest(DepthwiseLeaf leaf, String lanes) {
    return new DepthwisePlan(
        conv,
        isa,
        Schedule.parse(
            "%s/%d %s=%s %s=%s %s=1 %s=1 %s=1 %s=1 %s=%s %s=%s"
                .formatted(
                    TEMPLATE,
                    VERSION,
                    DepthwisePlan.LEAF,
                    leaf.text(),
                    DepthwisePlan.LANES,
                    lanes,
                    DepthwisePlan.BLOCK_VECTORS,
                    DepthwisePlan.VECTORS,
                    DepthwisePlan.OH_TILE,
                    DepthwisePlan.OW_TILE,
                    DepthwisePlan.WEIGHTS,
                    DepthwisePlan.WEIGHTS_STREAMED,
                    DepthwisePlan.TAPS,
                    isWorthALoop() ? DepthwisePlan.TAPS_LOOPED : DepthwisePlan.TAPS_UNROLLED)));
  }

  private List<Knob> knobs() {
    List<Knob> all = new ArrayList<>(knobsOfSums());
    if (conv.numerics().out().isRequantized()) {
      all.add(
          Knob.Choice.of(
              DepthwisePlan.CODES, DepthwisePlan.CODES_SINGLE, DepthwisePlan.CODES_JOINED));
    }
    return List.copyOf(all);
  }

  private List<Knob> knobsOfSums() {
    return List.of(
        new Knob.Choice(DepthwisePlan.LEAF, leaves.stream().map(DepthwiseLeaf::text).toList()),
        new Knob.Choice(DepthwisePlan.LANES, lanes()),
        new Knob.Size(DepthwisePlan.BLOCK_VECTORS, BLOCK_VECTORS),
        new Knob.Size(DepthwisePlan.VECTORS, BLOCK_VECTORS),
        new Knob.Size(DepthwisePlan.OH_TILE, upTo(OH_TILES, conv.window().oh())),
        new Knob.Size(DepthwisePlan.OW_TILE, upTo(OW_TILES, conv.window().ow())),
        Knob.Choice.of(
            DepthwisePlan.WEIGHTS, DepthwisePlan.WEIGHTS_HELD, DepthwisePlan.WEIGHTS_STREAMED),
        isWorthALoop()
            ? Knob.Choice.of(
                DepthwisePlan.TAPS, DepthwisePlan.TAPS_UNROLLED, DepthwisePlan.TAPS_LOOPED)
            : Knob.Choice.of(DepthwisePlan.TAPS, DepthwisePlan.TAPS_UNROLLED));
  }

  private List<String> lanes() {
    return conv.m() > 1
        ? List.of(DepthwisePlan.LANES_CHANNELS, DepthwisePlan.LANES_MULTIPLIERS)
        : List.of(DepthwisePlan.LANES_CHANNELS);
  }

  private boolean isLegal(Schedule at) {
    return Constraint.allow(constraints, plan(at));
  }

  private DepthwisePlan plan(Schedule at) {
    return new DepthwisePlan(conv, isa, at);
  }

  private List<Constraint<? super DepthwisePlan>> constraints() {
    return List.of(
        new Constraint<>(
            "vectors together are of one block", plan -> plan.together <= plan.vectors),
        new Constraint<>(
            "tile is small", plan -> plan.ohTile * plan.owTile * plan.vectors <= MAX_UNROLLED),
        new Constraint<>(
            "joined codes are of several vectors", plan -> !plan.joined || plan.together > 1),
        new Constraint<>("block is filled", this::isBlockFilled),
        new Constraint<>("looped taps carry few sums", DepthwiseSpace::isLegalLoop),
        new Constraint<>("written out taps are few", this::isBodySmall),
        new Constraint<>("held weights fit the registers", DepthwiseSpace::isHeldWell),
        new Constraint<>("buffers can be addressed", plan -> bytes(plan) <= MAX_BUFFER_BYTES));
  }

  private boolean isBlockFilled(DepthwisePlan plan) {
    int inLanes = plan.overChannels ? conv.c() : conv.m();
    return plan.vectors == 1 || inLanes > plan.blockLanes() / 2;
  }

  private static boolean isLegalLoop(DepthwisePlan plan) {
    return !plan.looped
        || (!plan.held && plan.ohTile == 1 && plan.owTile * plan.together <= MAX_CARRIED);
  }

  private boolean isBodySmall(DepthwisePlan plan) {
    return plan.looped
        || ((long) conv.window().kh() * conv.window().kw() <= MAX_UNROLLED
            && plan.unrolledOperations() <= MAX_UNROLLED);
  }

  private static boolean isHeldWell(DepthwisePlan plan) {
    return plan.looped || !plan.held || plan.heldVectors() <= MAX_HELD;
  }

  private boolean isWorthALoop() {
    return (long) conv.window().kh() * conv.window().kw() >= MIN_LOOPED_TAPS;
  }

  private static long bytes(DepthwisePlan plan) {
    return Math.max(plan.actBytes(), Math.max(plan.wgtBytes(), plan.outBytes()));
  }

  private static List<Integer> upTo(List<Integer> sizes, int limit) {
    return sizes.stream().filter(size -> size <= limit).toList();
  }
}
