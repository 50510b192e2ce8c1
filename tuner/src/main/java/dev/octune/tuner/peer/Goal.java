package dev.octune.tuner.peer;

import dev.octune.kernels.workload.Workload;
import java.util.List;

/**
 * How much faster than what ours are to be on some workloads.
 *
 * @param set that it belongs to
 * @param what the workloads have in common, for people
 * @param ratio time of the baseline / our time, geometric mean
 */
public record Goal(
    String set, String what, Baseline baseline, double ratio, List<Workload> workloads) {
  public Goal {
    workloads = List.copyOf(workloads);
  }

  /** The same goal for other workloads. */
  public Goal on(List<Workload> others) {
    return new Goal(set, what, baseline, ratio, others);
  }
}
