package dev.octune.tuner.search;

import java.util.OptionalDouble;

/**
 * How the guided search behaves; docs/adr/0005-cost-model-objective.md holds the evidence.
 *
 * @param label what the model learns of a time
 * @param transferPoints points of the search's other tasks that a training takes in all; 0 for none
 * @param randomShare of a batch that is drawn at random, so that what the model dislikes without
 *     reason is seen too
 * @param scoredPoints spaces up to this size are scored whole; of larger ones this many points
 */
record SearchSettings(Label label, int transferPoints, double randomShare, int scoredPoints) {
  static final SearchSettings DEFAULT = new SearchSettings(Label.RELATIVE_SPEED, 512, 0.1, 8192);

  /** What is learned of a time, higher for faster, at most that of the best. */
  enum Label {
    /** log2(best / time), at least {@link #MIN_LOG_SPEED}; failures count as that. */
    LOG_SPEED {
      @Override
      double of(double bestNanos, OptionalDouble nanos) {
        return nanos.isPresent()
            ? Math.max(MIN_LOG_SPEED, Math.log(bestNanos / nanos.getAsDouble()) / Math.log(2))
            : MIN_LOG_SPEED;
      }
    },
    /** best / time; failures count as 0. */
    RELATIVE_SPEED {
      @Override
      double of(double bestNanos, OptionalDouble nanos) {
        return nanos.isPresent() ? bestNanos / nanos.getAsDouble() : 0;
      }
    };

    /** Eight times slower than the best and failed look alike: neither is worth another look. */
    private static final double MIN_LOG_SPEED = -3;

    abstract double of(double bestNanos, OptionalDouble nanos);
  }
}
