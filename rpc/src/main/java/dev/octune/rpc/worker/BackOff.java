package dev.octune.rpc.worker;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long each time up to a limit, half of it at
 * random so that a thousand workers do not come back in one moment. Not thread-safe.
 */
final class BackOff {
  private final Duration first;
  private final Duration limit;
  private final RandomGenerator random;
  private int attempts;

  BackOff(Duration first, Duration limit, RandomGenerator random) {
    this.first = first;
    this.limit = limit;
    this.random = random;
  }

  /** The wait before the next attempt, in [half, whole] of the step. */
  Duration next() {
    long step = first.toNanos();
    for (int i = 0; i < attempts && step < limit.toNanos(); i++) {
      step *= 2;
    }
    attempts++;
    long whole = Math.min(step, limit.toNanos());
    return Duration.ofNanos(whole - (long) (random.nextDouble() * (whole / 2.0)));
  }

  /** An attempt has come to something. */
  void reset() {
    attempts = 0;
  }
}
