package dev.octune.tuner.coordinator;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Virtual time: what is to happen, in order, and a wall clock that may be set. */
final class SimulatedTime {
  private final PriorityQueue<Planned> planned =
      new PriorityQueue<>(
          Comparator.comparingLong(Planned::nanos).thenComparingLong(Planned::number));
  private Instant epoch = Instant.parse("2026-01-01T00:00:00Z");
  private long nanos;
  private long number;

  private record Planned(long nanos, long number, Runnable what) {}

  /** Since the world began. */
  long nanos() {
    return nanos;
  }

  /** What the wall clock shows. */
  Instant wall() {
    return epoch.plusNanos(nanos);
  }

  /** Somebody sets the clock. */
  void leap(Duration by) {
    epoch = epoch.plus(by);
  }

  void after(long delayNanos, Runnable what) {
    planned.add(new Planned(nanos + Math.max(0, delayNanos), number++, what));
  }

  /** Lets the next thing happen. */
  void next() {
    Planned next = planned.poll();
    if (next == null) {
      throw new AssertionError("nothing is planned any more");
    }
    nanos = next.nanos;
    next.what.run();
  }
}
