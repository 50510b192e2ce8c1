package dev.octune.kernels.features;

import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.List;

/**
 * One point of a space with everything that features are made of. Knobs that a template does not
 * have are NaN, and so is what follows from them, unless a template without the knob behaves like
 * one value of it.
 *
 * @param leaf traits of its leaf; lanes of the target where a template has no leaf knob
 */
record Point(
    Workload workload,
    Target target,
    LoopNest nest,
    LeafTraits leaf,
    double leafIndex,
    double icBlock,
    double ocVectors,
    double blockVectors,
    double owTile,
    double ohTile,
    double strip,
    double unroll,
    double taps,
    double reduce,
    double order,
    double border,
    double weights,
    double lanes,
    List<Double> others) {

  double positions() {
    return owTile * ohTile;
  }

  /** Vectors of sums that the register tile holds. */
  double accumulators() {
    return ocVectors * positions();
  }

  /** Physical registers that one vector of sums takes. */
  double registersPerVector() {
    return Math.max(1.0, (double) leaf.lanes() * Integer.SIZE / target.isa().vectorBits());
  }

  /** Registers left once sums, one weight a vector and one activation are held; may be negative. */
  double registersFree() {
    return target.isa().vectorRegisters() - (accumulators() + ocVectors) * registersPerVector() - 2;
  }

  double loadsPerMultiplyAdd() {
    return (ocVectors + positions()) / accumulators();
  }

  double writtenOutTaps() {
    return taps == 1 ? nest.kw() : 1;
  }

  /** Multiply-adds of vectors that stand in the innermost body. */
  double bodyOperations() {
    return accumulators() * unroll * writtenOutTaps();
  }

  /** Blocks of a size cover so many times the extent: 1 where it divides. */
  static double cover(double block, double extent) {
    return Math.ceil(extent / block) * block / extent;
  }

  double columnCover() {
    return cover(owTile, strip) * cover(strip, nest.columns());
  }

  double rowCover() {
    return cover(ohTile, nest.rows());
  }

  double outChannelCover() {
    return cover(ocVectors * leaf.lanes(), nest.outChannels());
  }

  double reduceCover() {
    return cover(Double.isNaN(icBlock) ? leaf.channels() : icBlock, nest.reduceChannels());
  }

  double reduceChannelsPadded() {
    return nest.reduceChannels() * reduceCover();
  }

  /** Turns of the innermost loop for one tile. */
  double bodiesOfTile() {
    return reduceChannelsPadded() * nest.taps() / (leaf.channels() * unroll * writtenOutTaps());
  }

  double tiles() {
    return nest.batches()
        * Math.ceil(nest.columns() / strip)
        * Math.ceil(strip / owTile)
        * Math.ceil(nest.rows() / ohTile)
        * Math.ceil(nest.outChannels() / (ocVectors * leaf.lanes()));
  }

  /** Weights that one tile reads once. */
  double weightBlockBytes() {
    return ocVectors * leaf.lanes() * reduceChannelsPadded() * nest.taps() * leaf.wgtBytes();
  }

  /** Activations that one tile reads. */
  double tileActivationBytes() {
    double columns = (owTile - 1) * nest.strideW() + nest.kw();
    return reduceChannelsPadded() * (ohTile - 1 + nest.kh()) * columns * leaf.actBytes();
  }

  /** Activations that a strip of columns reads. */
  double stripActivationBytes() {
    double columns = (strip - 1) * nest.strideW() + nest.kw();
    return reduceChannelsPadded() * (ohTile - 1 + nest.kh()) * columns * leaf.actBytes();
  }

  /**
   * What is read between two uses of the same strip (rows outer: all weights pass) or of the same
   * block of weights (channels outer: one strip passes).
   */
  double reuseBytes() {
    double weights =
        order == 1
            ? weightBlockBytes() * Math.ceil(nest.outChannels() / (ocVectors * leaf.lanes()))
            : weightBlockBytes();
    return weights + stripActivationBytes();
  }

  /**
   * A rough guess of the time: operations issued, with loads and loop turns, over nominal
   * multiply-adds. Only its order within one task means something.
   */
  double cyclesPerMac() {
    double body = bodyOperations();
    double issue =
        Math.max(body * 2 / VECTOR_PER_CYCLE, body * loadsPerMultiplyAdd() / LOADS_PER_CYCLE);
    double spill = Math.max(0, -registersFree()) * unroll * writtenOutTaps() * 2;
    double turns = Math.max(issue, CHAIN_CYCLES) + spill + LOOP_CYCLES;
    double tile = turns * bodiesOfTile() + TILE_CYCLES + accumulators();
    return tile * tiles() / workload.macs();
  }

  /** Vector operations a core retires in a cycle; a multiply-add is two to three of them. */
  private static final double VECTOR_PER_CYCLE = 3;

  private static final double LOADS_PER_CYCLE = 2;

  /** From one addition to the next into the same sum. */
  private static final double CHAIN_CYCLES = 4;

  private static final double LOOP_CYCLES = 1.5;

  /** Starting and storing a tile, besides one cycle for each of its vectors. */
  private static final double TILE_CYCLES = 25;
}
