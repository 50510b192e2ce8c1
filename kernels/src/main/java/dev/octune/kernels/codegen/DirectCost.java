package dev.octune.kernels.codegen;

/**
 * A rough estimate of a schedule's time, good enough to choose a default: it counts what the
 * innermost body issues and what padding repeats, and knows nothing of caches.
 */
record DirectCost(Contraction conv, Tiling at) {
  /** Vector operations that a core of today retires a cycle. */
  private static final double VECTOR_OPERATIONS_PER_CYCLE = 3.3;

  private static final double LOADS_PER_CYCLE = 2;

  /** Cycles from one addition to the next into the same accumulator, multiplication included. */
  private static final double CHAIN_CYCLES = 4;

  private static final double LOOP_CYCLES = 1.5;
  private static final double TILE_CYCLES = 25;
  private static final double SPILL_CYCLES = 2;

  double cyclesPerMac() {
    Leaf leaf = at.leaf();
    int kw = conv.window().kw();
    double operations = at.accumulators() * 2.0 * leaf.depth();
    double loads = (at.ocVectors() + at.owTile() * at.ohTile()) * (double) leaf.depth();
    double group =
        Math.max(
            Math.max(
                (operations + at.ocVectors()) / VECTOR_OPERATIONS_PER_CYCLE,
                loads / LOADS_PER_CYCLE),
            CHAIN_CYCLES / 2);
    group += SPILL_CYCLES * Math.max(0, at.liveRegisters() - leaf.registers());
    int groupsOfBody = at.unroll() * (at.tapsUnrolled() ? kw : 1);
    double body = groupsOfBody * group + LOOP_CYCLES;
    int icPadded = PackedLayout.ceilDiv(conv.ic(), at.icBlock()) * at.icBlock();
    double bodies = (double) icPadded / leaf.group() * conv.taps() / groupsOfBody;
    double tile = bodies * body + TILE_CYCLES + at.accumulators();
    double tiles =
        (double) PackedLayout.ceilDiv(conv.columns(), at.strip())
            * PackedLayout.ceilDiv(at.strip(), at.owTile())
            * PackedLayout.ceilDiv(conv.rows(), at.ohTile())
            * PackedLayout.ceilDiv(conv.oc(), at.ocBlock());
    double macs = (double) conv.rows() * conv.columns() * conv.oc() * conv.ic() * conv.taps();
    return tile * tiles / macs;
  }
}
