package dev.octune.tuner.job;

import java.util.List;

/**
 * What a job did.
 *
 * @param trials new trials, each stored before it was counted
 * @param stopped why it ended before its budget; empty where it did not
 */
public record JobResult(
    List<TaskResult> tasks,
    int trials,
    int wrongAnswers,
    int buildFailures,
    int runFailures,
    java.util.Optional<String> stopped) {
  public JobResult {
    tasks = List.copyOf(tasks);
  }
}
