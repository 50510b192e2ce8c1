package dev.octune.tuner.attach;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.target.DeviceId;
import dev.octune.rpc.tracker.BlobSource;
import dev.octune.rpc.tracker.Caller;
import dev.octune.rpc.tracker.TokenCheck;
import dev.octune.rpc.tracker.Tracker;
import dev.octune.rpc.tracker.TrackerEvent;
import dev.octune.rpc.tracker.TrackerListener;
import dev.octune.rpc.tracker.TrackerSettings;
import dev.octune.rpc.wire.DeviceDeclaration;
import dev.octune.rpc.wire.Enrolment;
import dev.octune.tuner.coordinator.Coordinator;
import dev.octune.tuner.coordinator.DeviceLink;
import dev.octune.tuner.coordinator.DevicePort;
import dev.octune.tuner.coordinator.Errand;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the devices of attached workers to the coordinator. Thread-safe. */
public final class Attachments implements TrackerListener {
  private static final Logger LOG = LoggerFactory.getLogger(Attachments.class);

  /** The one thing wanted of the coordinator. */
  interface Devices {
    DeviceLink attach(dev.octune.tuner.coordinator.DeviceDeclaration declaration, DevicePort port);
  }

  private final Devices coordinator;
  private final DoorListener door;
  private final Map<Long, List<Joined>> bySession = new ConcurrentHashMap<>();
  private final Tracker tracker;

  /** A device on both sides. */
  private record Joined(AttachedDevice port, DeviceLink link) {}

  Attachments(Devices coordinator, DoorListener door, Function<TrackerListener, Tracker> opening) {
    this.coordinator = coordinator;
    this.door = door;
    this.tracker = opening.apply(this);
  }

  /**
   * A tracker whose workers measure for a coordinator. To be closed before the coordinator.
   *
   * @param blobs what workers may fetch by its hash
   * @param door told who comes and who is refused
   */
  public static Tracker open(
      Vertx vertx,
      TrackerSettings settings,
      TokenCheck tokens,
      BlobSource blobs,
      Coordinator coordinator,
      DoorListener door) {
    return new Attachments(
            coordinator::attach,
            door,
            listener -> Tracker.open(vertx, settings, tokens, blobs, listener))
        .tracker;
  }

  @Override
  public void on(TrackerEvent event) {
    switch (event) {
      case TrackerEvent.Attached(long session, Caller caller, Enrolment enrolment) -> {
        attach(session, enrolment);
        door.cameIn(caller, enrolment.workerName(), enrolment.devices().size());
      }
      case TrackerEvent.Refused refused ->
          door.refused(refused.caller(), refused.worker(), refused.reason());
      case TrackerEvent.Heard(long session, int device, var health) ->
          joined(session, device).link().heartbeat(health.load1m());
      case TrackerEvent.Ended ended -> ended(ended);
      case TrackerEvent.Draining(long session, _) ->
          bySession.getOrDefault(session, List.of()).forEach(device -> device.link().draining());
      case TrackerEvent.Detached(long session, String reason) -> {
        List<Joined> devices = bySession.remove(session);
        if (devices != null) {
          devices.forEach(device -> device.link().detached(reason));
        }
      }
    }
  }

  private void attach(long session, Enrolment enrolment) {
    List<Joined> devices = new ArrayList<>();
    for (int position = 0; position < enrolment.devices().size(); position++) {
      AttachedDevice port = new AttachedDevice(tracker, session, position);
      var declaration = declaration(enrolment, position);
      devices.add(new Joined(port, coordinator.attach(declaration, port)));
    }
    bySession.put(session, devices);
    // Their trials went elsewhere when the last session ended: what has ended since is delivered
    // all the same and counts, what has not is not worth running.
    enrolment.heldLeases().forEach(lease -> tracker.cancel(session, lease));
  }

  private void ended(TrackerEvent.Ended ended) {
    Joined device = joined(ended.session(), ended.device());
    LOG.atDebug()
        .addKeyValue("session", ended.session())
        .addKeyValue("device", ended.device())
        .addKeyValue("lease", ended.lease())
        .log("lease.ended");
    Optional<List<Measurement>> answer = device.port().answer(ended.lease(), ended.outcome());
    if (answer.isPresent()) {
      // Acknowledged by the coordinator, once it is durable or of no use.
      device.link().result(ended.lease(), answer.get(), errand(ended));
    } else {
      tracker.acknowledge(ended.session(), ended.lease());
    }
  }

  /** What a lease of an earlier connection was for; empty where nobody knows. */
  private static Optional<Errand> errand(TrackerEvent.Ended ended) {
    if (ended.note().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Errand.parse(ended.note()));
    } catch (IllegalArgumentException e) {
      // A worker's fault, or another service's lease: the result is dropped, the worker stays.
      LOG.atWarn()
          .addKeyValue("session", ended.session())
          .addKeyValue("lease", ended.lease())
          .addKeyValue("reason", e.getMessage())
          .log("errand.unreadable");
      return Optional.empty();
    }
  }

  private Joined joined(long session, int device) {
    List<Joined> devices = bySession.get(session);
    if (devices == null) {
      throw new IllegalStateException("session %d is not attached".formatted(session));
    }
    return devices.get(device);
  }

  private static dev.octune.tuner.coordinator.DeviceDeclaration declaration(
      Enrolment enrolment, int position) {
    DeviceDeclaration device = enrolment.devices().get(position);
    String name = enrolment.workerName();
    return new dev.octune.tuner.coordinator.DeviceDeclaration(
        new DeviceId(enrolment.devices().size() == 1 ? name : name + "." + position),
        device.key(),
        device.target(),
        Math.min(device.depth(), dev.octune.tuner.coordinator.DeviceDeclaration.MAX_SLOTS),
        device.description(),
        enrolment.octuneVersion(),
        enrolment.compilerVersion(),
        device.probes());
  }
}
