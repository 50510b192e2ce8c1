package dev.octune.kernels.codegen;

import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.Optional;

/** The templates there are: the one way from a workload to its space and its kernels. */
public interface KernelLibrary {
  /** Why no template makes a kernel for this workload on this target; empty where one does. */
  Optional<String> uncovered(Workload workload, Target target);

  /** The schedules of a covered workload. At least one; all of them bit-exact. */
  ConfigSpace space(Workload workload, Target target);

  /** The point of the space that is good without any search. */
  Schedule defaultSchedule(Workload workload, Target target);

  /**
   * Generates a kernel.
   *
   * @throws dev.octune.kernels.text.TextException where the schedule is not a point of the space
   */
  KernelSource emit(Candidate candidate);
}
