package dev.octune.tuner.schedule;

import java.util.List;

/**
 * How far one task has come.
 *
 * @param uses how often the network runs this task's kernel; at least 1
 * @param trials proposed so far in this run, those in flight included
 * @param bestNanos the best median so far: first the default's or the database's, then one entry
 *     per observed batch; never rising; empty while nothing was timed
 * @param remaining points of its space not yet proposed; 0 where it is exhausted
 */
public record TaskProgress(int uses, int trials, List<Double> bestNanos, int remaining) {
  public TaskProgress {
    bestNanos = List.copyOf(bestNanos);
    if (uses < 1 || trials < 0 || remaining < 0) {
      throw new IllegalArgumentException(
          "uses=%d trials=%d remaining=%d: uses must be at least 1, the others not negative"
              .formatted(uses, trials, remaining));
    }
  }
}
