package dev.octune.tuner.search;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.ConfigSpace;
import java.util.BitSet;
import java.util.OptionalInt;

/**
 * The points of a space that may still be proposed: all but those known, those proposed and the
 * default. One bit a point. Not thread-safe.
 */
final class UnseenPoints {
  private final ConfigSpace space;
  private final BitSet seen;
  private int remaining;

  UnseenPoints(SearchTask task) {
    this.space = task.space();
    this.seen = new BitSet(space.size());
    this.remaining = space.size();
    space.indexOf(task.defaultSchedule()).ifPresent(this::take);
  }

  /** Marks a point as seen; true where it was not before. */
  boolean take(int index) {
    if (seen.get(index)) {
      return false;
    }
    seen.set(index);
    remaining--;
    return true;
  }

  /**
   * Marks what was judged as seen; its index, or empty where it is no point of this space or the
   * device was lost before it could be judged.
   */
  OptionalInt takeKnown(Observation known) {
    if (known.measurement() instanceof Measurement.DeviceLost) {
      return OptionalInt.empty();
    }
    OptionalInt index = space.indexOf(known.schedule());
    index.ifPresent(this::take);
    return index;
  }

  boolean isUnseen(int index) {
    return !seen.get(index);
  }

  /** The first unseen index at or after this one, or the space's size. */
  int nextFrom(int index) {
    return Math.min(seen.nextClearBit(index), space.size());
  }

  int remaining() {
    return remaining;
  }
}
