package dev.octune.tuner.job;

import dev.octune.kernels.workload.Workload;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Where a job stands.
 *
 * @param trials counted trials of this job
 * @param plannedTrials what the budget and the spaces still allow; a time budget may end it earlier
 */
public record Progress(
    int tasks, int trials, int plannedTrials, Optional<Current> current, boolean confirming) {
  /** The task being measured. */
  public record Current(int index, Workload workload, int trials, OptionalDouble bestNanos) {}
}
