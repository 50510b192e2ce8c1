package dev.octune.tuner.coordinator;

/** What became of somebody's request. */
public sealed interface Outcome {
  /** It is done and durable. */
  record Accepted(JobView job) implements Outcome {}

  /** It is done and durable. */
  record DeviceChanged(DeviceView device) implements Outcome {}

  /** It can't be done; nothing has changed. */
  record Refused(Cause cause, String reason) implements Outcome {}

  /** Why not, for a program. */
  enum Cause {
    /** No such job or device. */
    NOT_FOUND,
    /** The job is in a state that forbids it. */
    CONFLICT,
    /** The owner has as much waiting as is allowed. */
    QUOTA,
    /** The job does not fit the device key. */
    UNFIT,
    /** The store takes nothing now; try again later. */
    UNAVAILABLE
  }
}
