package dev.octune.tuner.job;

import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.tuner.search.SearchStrategy;
import dev.octune.tuner.task.TuningTask;
import java.util.List;
import java.util.Optional;

/**
 * A task as a job starts it.
 *
 * @param strategy already told what the database knows
 * @param spaceSize schedules of the space
 * @param known the best schedules that ran right in earlier jobs, with their trial medians
 * @param knownTrials trials of earlier jobs, failures too
 * @param stored the confirmed result of an earlier job
 * @param standing what this job did of it before it was interrupted
 */
public record TaskPlan(
    TuningTask task,
    Target target,
    SearchStrategy strategy,
    Schedule defaultSchedule,
    int spaceSize,
    List<Known> known,
    int knownTrials,
    Optional<TaskResult.Tuned> stored,
    Standing standing) {
  public TaskPlan {
    known = List.copyOf(known);
  }

  /**
   * What is not to be done again, and what still is, where a job goes on.
   *
   * @param isDefaultMeasured its default is among the known schedules
   * @param isUnconfirmed it has trials that no confirmation followed
   */
  public record Standing(boolean isDefaultMeasured, boolean isUnconfirmed) {
    public static final Standing NEW = new Standing(false, false);
  }

  /** A schedule with the median of its trial. */
  public record Known(Schedule schedule, double medianNanos) {}

  Candidate candidate(Schedule schedule) {
    return new Candidate(task.workload(), target, schedule);
  }
}
