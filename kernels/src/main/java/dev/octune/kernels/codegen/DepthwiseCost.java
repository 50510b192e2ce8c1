package dev.octune.kernels.codegen;

import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.Window;

/**
 * A rough estimate of a schedule's work, good enough to choose a default: vector operations for one
 * output, with what tiles repeat and lanes waste, and without any cache.
 */
record DepthwiseCost(DepthwisePlan plan, Isa isa) {
  private static final double TILE_OPERATIONS = 6;

  /** A weight as a memory operand costs no operation, but a load port. */
  private static final double STREAMED_WEIGHT = 0.35;

  /** A value that didn't fit into a register is stored and loaded again. */
  private static final double SPILL = 1.5;

  /** Lines are written by as many passes as there are rounds over the vectors of a block. */
  private static final double PARTIAL_LINE = 1;

  double operationsPerOutput() {
    return plan.looped ? loopedOperations() : unrolledOperations();
  }

  private double unrolledOperations() {
    Window w = plan.window;
    double dots = (double) plan.unrolledOperations() * plan.together / plan.vectors;
    double sums = (double) plan.ohTile * plan.owTile * plan.together;
    double tile = TILE_OPERATIONS + dots * plan.leaf.operations() + sums * ending();
    if (plan.overChannels) {
      double fetches = (double) plan.tileColumns().size() * plan.rowGroups() * plan.together;
      tile += fetches * (interleaving() + plan.leaf.operandOperations());
    } else {
      tile += dots / plan.together;
    }
    if (!plan.held) {
      tile += dots * STREAMED_WEIGHT;
    }
    int span = (w.kw() - 1) * w.dilationW() / w.strideW() + 1;
    int inFlight =
        plan.overChannels ? Math.min(span, plan.owTile) * plan.ohTile * plan.together : 1;
    int wanted = (plan.held ? plan.heldVectors() : 1) + inFlight + 4;
    tile += SPILL * Math.max(0, wanted - isa.vectorRegisters()) * plan.tileColumns().size() / 2;
    if (plan.together * plan.lanes * Integer.BYTES < 64 && plan.vectors > plan.together) {
      tile += PARTIAL_LINE * sums;
    }
    double tiles =
        (double) Math.ceilDiv(w.ow(), plan.owTile)
            * Math.ceilDiv(w.oh(), plan.ohTile)
            * plan.blocks()
            * plan.rounds();
    return tile * tiles / outputs();
  }

  private double loopedOperations() {
    Window w = plan.window;
    double taps = (double) plan.alignedGroups() * plan.otherTaps();
    double sums = (double) plan.owTile * plan.together;
    double endings = sums * (ending() - 1);
    double body =
        TILE_OPERATIONS
            + sums
                * (plan.leaf.parts().size() * (plan.leaf.operations() + STREAMED_WEIGHT)
                    + plan.leaf.operandOperations()
                    + 2 * plan.leaf.group());
    double tiles =
        (double) Math.ceilDiv(w.ow(), plan.owTile) * w.oh() * plan.blocks() * plan.rounds();
    return (body * taps + endings) * tiles / outputs();
  }

  /** Operations that a finished vector of sums takes: its store, and before it what makes codes. */
  private double ending() {
    int joined = plan.joined ? plan.together : 1;
    return 1 + plan.requantizer.map(r -> r.operations(joined)).orElse(0.0);
  }

  private double outputs() {
    return (double) plan.conv.oc() * plan.window.oh() * plan.window.ow();
  }

  /** Operations that bring one vector's group of rows together. */
  private double interleaving() {
    if (plan.leaf.group() == 1) {
      return 1;
    }
    return plan.interleavedLanes() ? (plan.together == 1 ? 3 : 2) : 5;
  }
}
