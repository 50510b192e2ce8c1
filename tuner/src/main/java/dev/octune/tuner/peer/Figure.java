package dev.octune.tuner.peer;

import java.util.List;

/**
 * What was seen of one contender.
 *
 * @param library octune, or a peer's name
 * @param path of the peer; of ours the schedule
 * @param kernel what runs inside, as the library calls it
 * @param cap whether it keeps to the target's instructions
 * @param placementNanos the median sample of each placement, nanoseconds a run
 * @param wrongOutputs outputs that differ from the oracle's on random operands over their whole
 *     ranges: what saturates is wrong here
 * @param wrongAtExtremes outputs that differ on operands at the ends of their ranges: sums beyond
 *     2^24 are no floats any more
 * @param outputs compared in each of the two
 */
public record Figure(
    String library,
    String path,
    String kernel,
    Cap cap,
    List<Double> placementNanos,
    long wrongOutputs,
    long wrongAtExtremes,
    long outputs) {
  public Figure {
    placementNanos = List.copyOf(placementNanos);
    if (placementNanos.isEmpty()) {
      throw new IllegalArgumentException(library + " " + path + " was never timed");
    }
  }

  /** The median over the placements. */
  public double medianNanos() {
    return Medians.of(placementNanos);
  }

  /** How far its outputs can be relied on. */
  public Exactness exactness() {
    if (wrongOutputs > 0) {
      return Exactness.WRONG;
    }
    return wrongAtExtremes > 0 ? Exactness.RANDOM_ONLY : Exactness.EXACT;
  }

  /** What comparing with the oracle showed. */
  public enum Exactness {
    EXACT,
    /** Right on random operands, wrong at the ends of their ranges. */
    RANDOM_ONLY,
    WRONG
  }
}
