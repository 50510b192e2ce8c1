package dev.octune.tuner.coordinator;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.target.DeviceId;
import dev.octune.tuner.job.Effect;
import dev.octune.tuner.job.Event;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What happened outside; the only way anything reaches the coordinator's machine. */
sealed interface CoordinatorEvent {
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
  record JobPrepared(JobId job, long preparation, PreparedJob prepared)
      implements CoordinatorEvent {}

  /** The other answer to {@link CoordinatorEffect.Prepare}. */
  record PreparationFailed(JobId job, long preparation, String reason)
      implements CoordinatorEvent {}

  /**
   * The answer to {@link CoordinatorEffect.StepJob}.
   *
   * @param event that it was told
   * @param plannedTrials what it plans in all, of those since it was prepared
   */
  record JobStepped(
      JobId job, PreparedJob prepared, Event event, List<Effect> effects, int plannedTrials)
      implements CoordinatorEvent {
    public JobStepped {
      effects = List.copyOf(effects);
    }
  }

  /** The other answer to {@link CoordinatorEffect.StepJob}: a job's machine can't go on. */
  record JobBroken(JobId job, PreparedJob prepared, String reason) implements CoordinatorEvent {}

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

  /** A device lives; its host is as busy as this. */
  record Heartbeat(long attachment, OptionalDouble load1m) implements CoordinatorEvent {}

  /**
   * A device has measured, or says so.
   *
   * @param errand of a lease that was given over an earlier connection, perhaps by an earlier
   *     process
   */
  record ResultArrived(
      long attachment, long token, List<Measurement> measurements, Optional<Errand> errand)
      implements CoordinatorEvent {
    public ResultArrived {
      measurements = List.copyOf(measurements);
    }
  }

  /** A {@link CoordinatorEffect.Persist} is durable. */
  record Stored(long write) implements CoordinatorEvent {}

  /**
   * A {@link CoordinatorEffect.Persist} is not durable.
   *
   * @param isLasting no later write will do better
   */
  record StoreFailed(long write, String reason, boolean isLasting) implements CoordinatorEvent {}

  /** Time passed; nothing else happened. */
  record Tick() implements CoordinatorEvent {}
}
