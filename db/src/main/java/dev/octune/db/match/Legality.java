package dev.octune.db.match;

import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.function.Predicate;

/** Which schedules are points of a workload's and a target's space today. */
@FunctionalInterface
public interface Legality {
  /** A judge of schedules, used by one thread for one question. */
  Predicate<Schedule> of(Workload workload, Target target);
}
