package dev.octune.db.job;

import java.util.List;

/**
 * A job as the database has it.
 *
 * @param moves in order, at least one
 * @param tasks one a task, in order
 */
public record StoredJob(
    JobRow row, List<JobMoveRow> moves, JobProgress progress, List<TaskOutcome> tasks) {
  public StoredJob {
    moves = List.copyOf(moves);
    tasks = List.copyOf(tasks);
  }
}
