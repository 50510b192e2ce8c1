package dev.octune.rpc.tracker;

import dev.octune.rpc.wire.DeviceHealth;
import dev.octune.rpc.wire.Enrolment;
import dev.octune.rpc.wire.Outcome;

/**
 * What happens to workers. Events of one session come in order: Attached first, Detached last, both
 * once; or Refused alone.
 */
public sealed interface TrackerEvent {
  /** Unique and rising in the life of a tracker. */
  long session();

  /** A worker is there. An older session of the same instance has been detached before. */
  record Attached(long session, Caller caller, Enrolment enrolment) implements TrackerEvent {}

  /**
   * A call was not let in, or its enrolment refused. Whoever dials can cause any number of these.
   *
   * @param worker the name it gave itself; empty where it was not asked
   */
  record Refused(long session, Caller caller, String worker, String reason)
      implements TrackerEvent {}

  /** A heartbeat, of each device. */
  record Heard(long session, int device, DeviceHealth health) implements TrackerEvent {}

  /**
   * A request ended; told again after a reconnect until it is acknowledged. The lease may be one of
   * an earlier session, of an earlier coordinator, or made up.
   *
   * @param note of the request, where it came over another connection; else empty
   */
  record Ended(long session, int device, long lease, Outcome outcome, String note)
      implements TrackerEvent {}

  /** The worker takes no more requests, and goes once it has delivered. */
  record Draining(long session, String reason) implements TrackerEvent {}

  /** The connection is gone; the worker may come back and deliver. */
  record Detached(long session, String reason) implements TrackerEvent {}
}
