package dev.octune.tuner.load;

import java.util.Arrays;

/** What a number of requests took. Immutable. */
final class Figures {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  private final long[] nanos;
  private final long elapsedNanos;
  private final long exact;

  /**
   * @param nanos of each request, in any order; the array is this object's from now on
   * @param elapsedNanos from the first to the last
   * @param exact how many answers were exact matches
   */
  Figures(long[] nanos, long elapsedNanos, long exact) {
    Arrays.sort(nanos);
    this.nanos = nanos;
    this.elapsedNanos = elapsedNanos;
    this.exact = exact;
  }

  int count() {
    return nanos.length;
  }

  double perSecond() {
    return nanos.length / (elapsedNanos / NANOS_PER_SECOND);
  }

  /**
   * The time that a share of the requests did not exceed.
   *
   * @param share in (0, 1]
   */
  double millisAt(double share) {
    int rank = (int) Math.ceil(share * nanos.length);
    return nanos[Math.clamp(rank - 1L, 0, nanos.length - 1)] / NANOS_PER_MILLI;
  }

  @Override
  public String toString() {
    return ("%,.0f/s, p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, worst %.2f ms,"
            + " %,d requests, %,d exact")
        .formatted(
            perSecond(),
            millisAt(0.5),
            millisAt(0.99),
            millisAt(0.999),
            millisAt(1),
            nanos.length,
            exact);
  }
}
