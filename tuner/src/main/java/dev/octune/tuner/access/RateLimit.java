package dev.octune.tuner.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** So many events in a row of one source, and one each so often after that. Thread-safe. */
public final class RateLimit {
  /** Sources remembered; the one not seen for longest goes, which only forgives it. */
  private static final int MAX_SOURCES = 10_000;

  private final int burst;
  private final double nanosPerEvent;
  private final LongSupplier nanoTime;
  private final Map<String, Bucket> sources =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MAX_SOURCES;
        }
      };

  private record Bucket(double left, long at) {}

  /**
   * @param every when a source that is at its limit may have one more
   */
  public RateLimit(int burst, Duration every, LongSupplier nanoTime) {
    this.burst = burst;
    this.nanosPerEvent = every.toNanos();
    this.nanoTime = nanoTime;
  }

  /** Counts an event; false where it is one too many. */
  public synchronized boolean take(String source) {
    long now = nanoTime.getAsLong();
    Bucket bucket = sources.getOrDefault(source, new Bucket(burst, now));
    double left = Math.min(burst, bucket.left() + (now - bucket.at()) / nanosPerEvent);
    boolean granted = left >= 1;
    sources.put(source, new Bucket(granted ? left - 1 : left, now));
    return granted;
  }
}
