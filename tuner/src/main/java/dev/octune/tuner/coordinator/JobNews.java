package dev.octune.tuner.coordinator;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.DeviceId;
import dev.octune.tuner.job.TaskResult;
import java.util.OptionalDouble;

/** Something of a job that has become durable. */
public sealed interface JobNews {
  JobId job();

  /** It has come into another state. */
  record Moved(JobId job, JobMove move) implements JobNews {}

  /**
   * A trial has ended and counts.
   *
   * @param task index in the job's tasks
   * @param trials of the task, this one included
   * @param measurement the device's own, as stored
   * @param factor that makes the device's times comparable with those of the key's other devices
   * @param bestNanos best trial median of the task so far, this one included, factor applied
   */
  record TrialEnded(
      JobId job,
      int task,
      int trials,
      Candidate candidate,
      DeviceId device,
      Measurement measurement,
      double factor,
      OptionalDouble bestNanos)
      implements JobNews {}

  /** A task's result is confirmed. */
  record TaskConfirmed(JobId job, int task, TaskResult.Tuned tuned) implements JobNews {}
}
