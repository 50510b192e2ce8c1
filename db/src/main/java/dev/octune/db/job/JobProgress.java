package dev.octune.db.job;

import java.util.OptionalLong;

/**
 * How far a job has come.
 *
 * @param plannedTrials what its budget and spaces allow in all
 * @param firstResultMillis of its active time until something was first timed
 */
public record JobProgress(
    int trials,
    int wrongAnswers,
    int buildFailures,
    int runFailures,
    int plannedTrials,
    long activeMillis,
    OptionalLong firstResultMillis,
    double deviceSeconds) {
  public static final JobProgress NONE = new JobProgress(0, 0, 0, 0, 0, 0, OptionalLong.empty(), 0);
}
