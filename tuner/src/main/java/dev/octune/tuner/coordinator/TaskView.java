package dev.octune.tuner.coordinator;

import dev.octune.tuner.job.TaskResult;
import dev.octune.tuner.task.TuningTask;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One task of a job.
 *
 * @param spaceSize schedules of its space; 0 before the job first ran
 * @param trials durable trials of this job
 * @param bestNanos the best trial median so far, as on the key's reference device; empty for a job
 *     that ended under an earlier process, whose records tell it
 * @param tuned the confirmed result
 */
public record TaskView(
    TuningTask task,
    int spaceSize,
    int trials,
    OptionalDouble bestNanos,
    Optional<TaskResult.Tuned> tuned) {}
