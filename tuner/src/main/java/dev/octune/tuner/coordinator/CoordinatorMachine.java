package dev.octune.tuner.coordinator;

import dev.octune.db.job.ServiceState;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * All decisions of the service, a pure function of events and their times: {@code step(event, now)
 * → effects}. No clock, thread, randomness or input is in it, so a simulation that owns those can
 * show it every fault there is. One thread steps it.
 *
 * <p>Effects are to be carried out in their order. {@link CoordinatorEffect.Persist}s must become
 * durable in their order too; each is answered.
 */
final class CoordinatorMachine {
  private final SteadyTime time = new SteadyTime();
  private final Ledger ledger = new Ledger();
  private final JobDesk desk;
  private final Fleet fleet;

  /**
   * A machine that goes on from what is stored.
   *
   * @param instance of this process; no other one has the same
   * @param jobs those of the state
   * @param baseKernel what each device of a target is calibrated with
   */
  CoordinatorMachine(
      CoordinatorSettings settings,
      String instance,
      ServiceState state,
      List<RecoveredJob> jobs,
      Function<Target, Candidate> baseKernel,
      Instant now) {
    this.desk = new JobDesk(settings, ledger, instance, jobs, state.lastJob());
    this.fleet =
        new Fleet(
            settings,
            ledger,
            new TokenSupply(ledger, state.reservedTokens()),
            baseKernel,
            desk,
            state,
            new Moment(now, time.at(now)));
    desk.use(fleet);
  }

  /** Takes one event; returns what is to be done now, in this order. */
  List<CoordinatorEffect> step(CoordinatorEvent event, Instant now) {
    Moment moment = new Moment(now, time.at(now));
    switch (event) {
      case CoordinatorEvent.JobSubmitted(long request, JobSpec spec) ->
          desk.submit(moment, request, spec);
      case CoordinatorEvent.CancelRequested e -> desk.cancel(moment, e);
      case CoordinatorEvent.PauseRequested e -> desk.pause(moment, e);
      case CoordinatorEvent.ResumeRequested e -> desk.resume(moment, e);
      case CoordinatorEvent.DeviceReleased(long request, DeviceId device, String _) ->
          fleet.release(moment, request, device);
      case CoordinatorEvent.JobPrepared(JobId job, long preparation, PreparedJob prepared) ->
          desk.prepared(moment, job, preparation, prepared);
      case CoordinatorEvent.PreparationFailed(JobId job, long preparation, String reason) ->
          desk.preparationFailed(moment, job, preparation, reason);
      case CoordinatorEvent.JobStepped e -> desk.stepped(moment, e);
      case CoordinatorEvent.JobBroken(JobId job, PreparedJob prepared, String reason) ->
          desk.broken(moment, job, prepared, reason);
      case CoordinatorEvent.DeviceAttached(long attachment, DeviceDeclaration declaration) ->
          fleet.attached(moment, attachment, declaration);
      case CoordinatorEvent.DeviceDetached(long attachment, String _) ->
          fleet.detached(moment, attachment);
      case CoordinatorEvent.DeviceDraining(long attachment) -> fleet.draining(moment, attachment);
      case CoordinatorEvent.Heartbeat(long attachment, var load1m) ->
          fleet.heard(moment, attachment, load1m);
      case CoordinatorEvent.ResultArrived(
              long attachment,
              long token,
              var measurements,
              var errand) ->
          fleet.result(moment, attachment, token, measurements, errand);
      case CoordinatorEvent.Stored(long write) -> ledger.stored(moment, write);
      case CoordinatorEvent.StoreFailed(long write, String reason, boolean isLasting) ->
          ledger.failed(moment, write, reason, isLasting);
      case CoordinatorEvent.Tick _ -> {
        ledger.tick(moment);
        fleet.tick(moment);
        desk.tick(moment);
      }
    }
    fleet.dispatch(moment);
    return moment.effects();
  }

  /** Why nothing new may begin; empty while the store works. */
  Optional<String> trouble() {
    return ledger.trouble();
  }

  Optional<JobView> job(JobId id) {
    return desk.view(id);
  }

  Optional<DeviceView> device(DeviceId id) {
    return fleet.device(id).map(LiveDevice::view);
  }

  Optional<Target> target(DeviceKey key) {
    return fleet.key(key).map(LiveKey::target);
  }

  Collection<LiveDevice> devices() {
    return fleet.devices();
  }

  /** Jobs whose views may be others since the last call; those that are gone have none. */
  Set<JobId> takeChangedJobs() {
    return desk.takeChanged();
  }

  /** Devices whose views may be others since the last call. */
  Set<DeviceId> takeChangedDevices() {
    return fleet.takeChanged();
  }
}
