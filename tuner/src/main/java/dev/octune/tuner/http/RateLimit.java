package dev.octune.tuner.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** So many events in a row of one source, and so many a second after that. Thread-safe. */
final class RateLimit {
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

  RateLimit(int burst, int perSecond, LongSupplier nanoTime) {
    this.burst = burst;
    this.nanosPerEvent = (double) Duration.ofSeconds(1).toNanos() / perSecond;
    this.nanoTime = nanoTime;
  }

  /** Counts an event; false where it is one too many. */
  synchronized boolean take(String source) {
    long now = nanoTime.getAsLong();
    Bucket bucket = sources.getOrDefault(source, new Bucket(burst, now));
    double left = Math.min(burst, bucket.left() + (now - bucket.at()) / nanosPerEvent);
    boolean granted = left >= 1;
    sources.put(source, new Bucket(granted ? left - 1 : left, now));
    return granted;
  }
}
