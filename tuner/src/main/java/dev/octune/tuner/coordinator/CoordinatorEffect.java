package dev.octune.tuner.coordinator;

import dev.octune.db.job.JobChange;

/** What the coordinator's machine wants done, in order. */
public sealed interface CoordinatorEffect {
  /** Make a fact durable; answer with {@link CoordinatorEvent.Stored} or StoreFailed. */
  record Persist(long write, JobChange change) implements CoordinatorEffect {}

  /** Make a job ready to run; answer with {@link CoordinatorEvent.JobPrepared} or its like. */
  record Prepare(JobId job, JobSpec spec, int devices) implements CoordinatorEffect {}

  /** Let go of what a job was prepared with. */
  record Release(PreparedJob prepared) implements CoordinatorEffect {}

  /** Give a lease to a device. */
  record SendMeasure(long attachment, Lease lease) implements CoordinatorEffect {}

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
