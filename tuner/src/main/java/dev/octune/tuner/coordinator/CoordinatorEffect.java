package dev.octune.tuner.coordinator;

import dev.octune.db.job.JobChange;
import dev.octune.tuner.job.Event;
import java.time.Instant;

/** What the coordinator's machine wants done, in order. */
sealed interface CoordinatorEffect {
  /** Make a fact durable; answer with {@link CoordinatorEvent.Stored} or StoreFailed. */
  record Persist(long write, JobChange change) implements CoordinatorEffect {}

  /**
   * Make a job ready to run; answer with {@link CoordinatorEvent.JobPrepared} or its like.
   *
   * @param preparation number of this one among the job's, repeated by the answer
   * @param devices that it may measure on at once
   */
  record Prepare(JobId job, long preparation, JobSpec spec, int devices)
      implements CoordinatorEffect {}

  /**
   * Tell a job's machine something, after all it was told before: a cost model may learn meanwhile,
   * so not on the coordinator's thread. Answer with {@link CoordinatorEvent.JobStepped} or
   * JobBroken.
   *
   * @param at the job's own time, which stands still while it does not run
   */
  record StepJob(JobId job, PreparedJob prepared, Event event, Instant at)
      implements CoordinatorEffect {}

  /** Let go of what a job was prepared with, after the last of its steps. */
  record Release(PreparedJob prepared) implements CoordinatorEffect {}

  /** Give a lease to a device. */
  record SendMeasure(long attachment, Lease lease) implements CoordinatorEffect {}

  /** A result is durable or of no use: its device may forget it. */
  record Acknowledge(long attachment, long token) implements CoordinatorEffect {}

  /** A lease is over before it was answered. */
  record Revoke(long attachment, long token) implements CoordinatorEffect {}

  /** End a connection. */
  record Dismiss(long attachment, String reason) implements CoordinatorEffect {}

  /** Tell listeners of a job. */
  record NotifyJob(JobNews news) implements CoordinatorEffect {}

  /** Tell listeners of a device. */
  record NotifyDevice(DeviceView device) implements CoordinatorEffect {}

  /** Answer a request. */
  record Reply(long request, Outcome outcome) implements CoordinatorEffect {}

  /**
   * The store is broken for good: end the process, so that a new one begins from what is stored.
   */
  record Halt(String reason) implements CoordinatorEffect {}
}
