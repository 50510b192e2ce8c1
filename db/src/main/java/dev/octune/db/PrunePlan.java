package dev.octune.db;

import java.time.Instant;

/**
 * Which records go: trials measured before a time that are not among the best of their task. What
 * stays whatever its age: defaults, confirmations, confirmed bests, and wrong answers, which are
 * bugs to be found. A schedule whose record went counts as never measured.
 *
 * @param keepPerTask fastest trials of each workload and target that stay, ≥ 0
 */
public record PrunePlan(int keepPerTask, Instant measuredBefore) {
  public PrunePlan {
    if (keepPerTask < 0) {
      throw new IllegalArgumentException(
          "trials to keep are " + keepPerTask + ", must be at least 0");
    }
  }
}
