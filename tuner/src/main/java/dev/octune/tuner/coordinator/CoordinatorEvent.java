package dev.octune.tuner.coordinator;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.target.DeviceId;
import java.util.List;

/** What happened outside; the only way anything reaches the coordinator's machine. */
public sealed interface CoordinatorEvent {
  /** Somebody wants something tuned; answered by {@link CoordinatorEffect.Reply}. */
  record JobSubmitted(long request, JobSpec spec) implements CoordinatorEvent {}

  /** Somebody wants a job ended, what is measured kept. */
  record CancelRequested(long request, JobId job, String who, String why)
      implements CoordinatorEvent {}

  /** Somebody wants a job halted for a while. */
  record PauseRequested(long request, JobId job, String who, String why)
      implements CoordinatorEvent {}

  /** Somebody wants a halted job to go on. */
  record ResumeRequested(long request, JobId job, String who, String why)
      implements CoordinatorEvent {}

  /** Somebody trusts a quarantined device again. */
  record DeviceReleased(long request, DeviceId device, String who) implements CoordinatorEvent {}

  /** The answer to {@link CoordinatorEffect.Prepare}. */
  record JobPrepared(JobId job, PreparedJob prepared) implements CoordinatorEvent {}

  /** The other answer to {@link CoordinatorEffect.Prepare}. */
  record PreparationFailed(JobId job, String reason) implements CoordinatorEvent {}

  /**
   * A device has come.
   *
   * @param attachment names this connection, another one each time
   */
  record DeviceAttached(long attachment, DeviceDeclaration declaration)
      implements CoordinatorEvent {}

  /** A connection has ended. */
  record DeviceDetached(long attachment, String reason) implements CoordinatorEvent {}

  /** A device wants no more leases. */
  record DeviceDraining(long attachment) implements CoordinatorEvent {}

  /** A device lives. */
  record Heartbeat(long attachment) implements CoordinatorEvent {}

  /** A device has measured, or says so. */
  record ResultArrived(long attachment, long token, List<Measurement> measurements)
      implements CoordinatorEvent {
    public ResultArrived {
      measurements = List.copyOf(measurements);
    }
  }

  /** A {@link CoordinatorEffect.Persist} is durable. */
  record Stored(long write) implements CoordinatorEvent {}

  /** A {@link CoordinatorEffect.Persist} is not durable. */
  record StoreFailed(long write, String reason) implements CoordinatorEvent {}

  /** Time passed; nothing else happened. */
  record Tick() implements CoordinatorEvent {}
}
