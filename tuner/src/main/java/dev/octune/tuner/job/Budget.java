package dev.octune.tuner.job;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How much a job may spend.
 *
 * @param newTrials new trials of this job in all
 * @param trialsPerTask trials a task may have, those the database knows included
 * @param time from the job's start to its last proposal; confirmation comes after
 */
public record Budget(OptionalInt newTrials, OptionalInt trialsPerTask, Optional<Duration> time) {
  /**
   * Trials a task gets where a person names no budget: on the recorded landscapes the best of 64
   * guided trials is within a few percent of the best of 500 random ones.
   */
  public static final int DEFAULT_TRIALS_PER_TASK = 64;

  public Budget {
    if (newTrials.isPresent() && newTrials.getAsInt() < 0) {
      throw new IllegalArgumentException("trials is negative");
    }
    if (newTrials.isEmpty() && trialsPerTask.isEmpty() && time.isEmpty()) {
      trialsPerTask = OptionalInt.of(DEFAULT_TRIALS_PER_TASK);
    }
  }
}
