package dev.octune.rpc.wire;

/**
 * One unchanging kernel timed again from time to time, nanoseconds a call: what changes is the
 * machine's own speed.
 *
 * @param readings at least 1
 */
public record BaseTimes(
    int readings, double firstNanos, double lastNanos, double leastNanos, double mostNanos) {
  public BaseTimes {
    if (readings < 1
        || !(leastNanos > 0)
        || !(leastNanos <= mostNanos)
        || Double.isInfinite(mostNanos)
        || !(leastNanos <= firstNanos && firstNanos <= mostNanos)
        || !(leastNanos <= lastNanos && lastNanos <= mostNanos)) {
      throw new IllegalArgumentException(
          "base times of %d readings: first %s, last %s, least %s, most %s ns"
              .formatted(readings, firstNanos, lastNanos, leastNanos, mostNanos));
    }
  }
}
