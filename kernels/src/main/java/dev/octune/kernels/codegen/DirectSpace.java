package dev.octune.kernels.codegen;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** The schedules of the direct kernel for one contraction on one target. */
final class DirectSpace {
  /** Raised when the same schedule text comes to mean another kernel. */
  static final int VERSION = 1;

  /** multiplyAdds written out in one body: above, compiling one candidate takes over 15 ms. */
  private static final int MAX_BODY_OPERATIONS = 200;

  /** A register tile with fewer sums than this waits for its own additions. */
  private static final int MIN_ACCUMULATORS = 4;

  /** Registers that a tile may want beyond those there are: memory operands stand in for a few. */
  private static final int SPARE_REGISTERS = 1;

  /** Padded channels or repeated columns that a block size may cost over the best choice. */
  private static final double MAX_WASTE = 1.2;

  /** Fewer columns than this are not worth a strip of their own. */
  private static final int MIN_STRIP = 32;

  private static final int[] OC_VECTORS = {1, 2, 3, 4, 6, 8};
  private static final int[] OW_TILES = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14};
  private static final int[] UNROLLS = {1, 2, 4, 8, 16};

  private final Workload workload;
  private final Contraction conv;
  private final List<Leaf> leaves;

  DirectSpace(Workload workload, Contraction conv, Target target) {
    this.workload = workload;
    this.conv = conv;
    this.leaves = Leaves.of(target, conv.numerics());
  }

  ConfigSpace space() {
    return ConfigSpace.of(template(), VERSION, knobs(), this::isLegal);
  }

  /** Whether the space holds it, without enumerating the space. */
  boolean contains(Schedule schedule) {
    List<Knob> knobs = knobs();
    return schedule.template().equals(template())
        && schedule.version() == VERSION
        && schedule.values().size() == knobs.size()
        && knobs.stream()
            .allMatch(knob -> knob.values().contains(schedule.values().get(knob.name())))
        && isLegal(schedule);
  }

  private String template() {
    return switch (workload) {
      case Conv2d _ -> "conv2d_direct";
      case Dense _ -> "dense_direct";
      case BatchMatmul _ -> "batch_matmul_direct";
      case DepthwiseConv2d _ ->
          throw new IllegalArgumentException("a depthwise convolution is no contraction");
    };
  }

  private boolean isLegal(Schedule schedule) {
    return isLegal(Tiling.read(schedule, leaf(schedule)));
  }

  /** The legal point of the least estimated cost. */
  Schedule best() {
    ConfigSpace space = space();
    Schedule best = space.at(0);
    double bestCost = Double.POSITIVE_INFINITY;
    for (int i = 0; i < space.size(); i++) {
      Schedule schedule = space.at(i);
      double cost = new DirectCost(conv, Tiling.read(schedule, leaf(schedule))).cyclesPerMac();
      if (cost < bestCost) {
        best = schedule;
        bestCost = cost;
      }
    }
    return best;
  }

  private Leaf leaf(Schedule schedule) {
    return Leaves.named(leaves, schedule.choice(Tiling.LEAF));
  }

  private List<Knob> knobs() {
    Window w = conv.window();
    boolean rowsOutside = w.pad().top() > 0 || w.pad().bottom() > 0;
    return List.of(
        new Knob.Choice(Tiling.LEAF, leaves.stream().map(Leaf::name).toList()),
        new Knob.Size(Tiling.IC_BLOCK, icBlocks()),
        new Knob.Size(Tiling.OC_VECTORS, upTo(OC_VECTORS, ocVectorsMax())),
        new Knob.Size(Tiling.OW_TILE, upTo(OW_TILES, conv.columns())),
        Knob.Size.of(
            Tiling.OH_TILE,
            conv.rows() > 1 && conv.columns() <= 6 ? new int[] {1, 2} : new int[] {1}),
        new Knob.Size(Tiling.STRIP, strips()),
        new Knob.Size(Tiling.UNROLL, IntStream.of(UNROLLS).boxed().toList()),
        w.kw() > 1
            ? Knob.Choice.of(Tiling.TAPS, Tiling.TAPS_LOOP, Tiling.TAPS_UNROLLED)
            : Knob.Choice.of(Tiling.TAPS, Tiling.TAPS_LOOP),
        conv.taps() > 1
            ? Knob.Choice.of(Tiling.REDUCE, Tiling.REDUCE_CHANNELS, Tiling.REDUCE_TAPS)
            : Knob.Choice.of(Tiling.REDUCE, Tiling.REDUCE_CHANNELS),
        Knob.Choice.of(Tiling.ORDER, Tiling.ORDER_CHANNELS, Tiling.ORDER_ROWS),
        rowsOutside
            ? Knob.Choice.of(Tiling.BORDER, Border.PACKED.text(), Border.ROWS_SKIPPED.text())
            : Knob.Choice.of(Tiling.BORDER, Border.PACKED.text()));
  }

  private boolean isLegal(Tiling at) {
    Leaf leaf = at.leaf();
    Window w = conv.window();
    int groups = at.icBlock() / leaf.group();
    if (at.icBlock() % leaf.group() != 0
        || groups % at.unroll() != 0
        || at.owTile() > at.strip()
        || !at.borderIsExact(conv.numerics())) {
      return false;
    }
    int positions = at.owTile() * at.ohTile();
    boolean wide = conv.columns() * conv.rows() >= MIN_ACCUMULATORS;
    return at.liveRegisters() <= leaf.registers() + SPARE_REGISTERS
        && at.bodyOperations(w.kw()) <= MAX_BODY_OPERATIONS
        && (at.accumulators() >= MIN_ACCUMULATORS || !wide || at.ocVectors() == ocVectorsMax())
        && (at.ohTile() == 1 || (at.owTile() == conv.columns() && at.border() == Border.PACKED))
        && (positions == 1 || waste(at.owTile(), at.strip()) <= MAX_WASTE * leastColumnWaste(at))
        && waste(at.ocBlock(), conv.oc()) <= MAX_WASTE * waste(leaf.lanes(), conv.oc())
        && waste(at.icBlock(), conv.ic()) <= MAX_WASTE * waste(leaf.group(), conv.ic());
  }

  private static double leastColumnWaste(Tiling at) {
    return IntStream.of(OW_TILES)
        .filter(tile -> tile > 1 && tile <= at.strip())
        .mapToDouble(tile -> waste(tile, at.strip()))
        .min()
        .orElse(1);
  }

  /** Blocks of these sizes cover so many times the extent. */
  private static double waste(int size, int extent) {
    return (double) PackedLayout.ceilDiv(extent, size) * size / extent;
  }

  private int ocVectorsMax() {
    int lanes = leaves.stream().mapToInt(Leaf::lanes).min().orElseThrow();
    return PackedLayout.ceilDiv(conv.oc(), lanes);
  }

  private static List<Integer> upTo(int[] sizes, int max) {
    return IntStream.of(sizes).filter(size -> size <= max).boxed().toList();
  }

  /** Powers of two below the channels, and all channels in one block. */
  private List<Integer> icBlocks() {
    TreeSet<Integer> blocks = new TreeSet<>();
    for (Leaf leaf : leaves) {
      blocks.add(PackedLayout.ceilDiv(conv.ic(), leaf.group()) * leaf.group());
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

  /** All columns; where rows are joined also fourths of them, as long as they are worth it. */
  private List<Integer> strips() {
    List<Integer> strips = new ArrayList<>();
    strips.add(conv.columns());
    int strip = PackedLayout.ceilDiv(conv.columns(), 4);
    while (conv.isPointwise() && strip >= MIN_STRIP) {
      strips.add(strip);
      strip = PackedLayout.ceilDiv(strip, 4);
    }
    return strips;
  }
}
