package dev.octune.tuner.search;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;

/**
 * The space that one task searches.
 *
 * @param defaultSchedule a point of the space; a run measures it apart from its trials, so it is
 *     never proposed
 */
public record SearchTask(
    Workload workload, Target target, ConfigSpace space, Schedule defaultSchedule) {
  public SearchTask {
    if (!space.contains(defaultSchedule)) {
      throw new IllegalArgumentException(
          "default schedule '%s' is not a point of the space of '%s'"
              .formatted(defaultSchedule.text(), workload.text()));
    }
  }

  /** The task of a workload that the library covers. */
  public static SearchTask of(KernelLibrary library, Workload workload, Target target) {
    return new SearchTask(
        workload,
        target,
        library.space(workload, target),
        library.defaultSchedule(workload, target));
  }
}
