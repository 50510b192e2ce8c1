package dev.octune.tuner.coordinator;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Time that neither goes back nor leaps, whatever the wall clock does. A clock that is set, a
 * machine that slept and a process that stood still must not end leases nor lose devices: nobody
 * could answer meanwhile.
 */
final class SteadyTime {
  /** Ticks come several times a second, so a longer gap is a leap; this much of it counts. */
  static final Duration MAX_STEP = Duration.ofSeconds(2);

  private @Nullable Instant last;
  private long nanos;

  /** Nanoseconds that have steadily passed until this time of day. */
  long at(Instant wall) {
    Instant before = last;
    last = wall;
    if (before != null && wall.isAfter(before)) {
      Duration passed = Duration.between(before, wall);
      nanos += (passed.compareTo(MAX_STEP) < 0 ? passed : MAX_STEP).toNanos();
    }
    return nanos;
  }
}
