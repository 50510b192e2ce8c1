package dev.octune.tuner.search;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.List;

/**
 * The space that one task searches.
 *
 * @param defaultSchedule a point of the space; a run measures it apart from its trials, so it is
 *     never proposed
 * @param starts further points that a guided search proposes before all others
 */
public record SearchTask(
    Workload workload,
    Target target,
    ConfigSpace space,
    Schedule defaultSchedule,
    List<Schedule> starts) {
  public SearchTask {
    starts = List.copyOf(starts);
    if (!space.contains(defaultSchedule)) {
      throw new IllegalArgumentException(
          "default schedule '%s' is not a point of the space of '%s'"
              .formatted(defaultSchedule.text(), workload.text()));
    }
  }

  /** A task of which nothing more is known. */
  public SearchTask(Workload workload, Target target, ConfigSpace space, Schedule defaultSchedule) {
    this(workload, target, space, defaultSchedule, List.of());
  }

  /** The task of a workload that the library covers. */
  public static SearchTask of(KernelLibrary library, Workload workload, Target target) {
    List<Schedule> starts = library.starts(workload, target);
    return new SearchTask(
        workload,
        target,
        library.space(workload, target),
        starts.getFirst(),
        starts.subList(1, starts.size()));
  }
}
