package dev.octune.tuner.attach;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.rpc.tracker.Caller;
import dev.octune.rpc.tracker.Tracker;
import dev.octune.rpc.tracker.TrackerEvent;
import dev.octune.rpc.wire.DeviceDeclaration;
import dev.octune.rpc.wire.DeviceHealth;
import dev.octune.rpc.wire.Enrolment;
import dev.octune.rpc.wire.Outcome;
import dev.octune.rpc.wire.Request;
import dev.octune.tuner.coordinator.DeviceLink;
import dev.octune.tuner.coordinator.DevicePort;
import dev.octune.tuner.coordinator.Errand;
import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.coordinator.Lease;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What crosses the seam, with both sides written down. */
final class AttachmentsTest {
  private static final Target TARGET = Target.parse("x86_64 cpu=znver4 isa=avx2 threads=1");

  private static final Map<String, Double> PROBES = Map.of("roof.avx2_s16.gops", 168.0);

  private final List<String> said = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<dev.octune.tuner.coordinator.DeviceDeclaration> declared = new ArrayList<>();
  private final List<String> atTheDoor = new ArrayList<>();
  private final List<DevicePort> ports = new ArrayList<>();
  private final Attachments attachments =
      new Attachments(this::attach, new WrittenDoor(), _ -> new WrittenTracker());

  private DeviceLink attach(
      dev.octune.tuner.coordinator.DeviceDeclaration declaration, DevicePort port) {
    declared.add(declaration);
    ports.add(port);
    return new WrittenLink(declaration.id().text());
  }

  private void attached(long session, int devices, Set<Long> held) {
    List<DeviceDeclaration> all = new ArrayList<>();
    for (int i = 0; i < devices; i++) {
      all.add(
          new DeviceDeclaration(
              new DeviceKey("zen4"), TARGET, "EPYC", List.of(), 2, "a test's", 40, PROBES));
    }
    attachments.on(
        new TrackerEvent.Attached(
            session,
            new Caller("lab", "0a1b", "127.0.0.1:4711"),
            new Enrolment(
                1, "t/1", "0.1.0", "LLVM 20", "rack1", "0123456789abcdef".repeat(2), all, held)));
  }

  @Test
  void door_whoComesAndWhoIsRefused_isToldOnce() {
    attached(1, 2, Set.of());
    attachments.on(
        new TrackerEvent.Refused(
            2, new Caller("", "", "10.0.0.9:1"), "", "the token is not known"));
    assertEquals(
        List.of("0a1b in as rack1 with 2", "10.0.0.9:1 refused as : the token is not known"),
        atTheDoor);
  }

  private static Measurement timed(double nanos) {
    return new Measurement.Timed(
        List.of(new Measurement.Placement(0, List.of(new Measurement.Sample(nanos, 9, false)))),
        Measurement.CacheState.HOT);
  }

  private static Lease lease(long token, Lease.Purpose purpose, int candidates) {
    List<Candidate> all = new ArrayList<>();
    for (int i = 0; i < candidates; i++) {
      all.add(
          new Candidate(
              Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32"),
              TARGET,
              Schedule.parse("dense_direct/1 tile=" + i)));
    }
    return new Lease(
        token,
        purpose,
        all,
        7,
        OptionalDouble.of(50),
        Optional.of(errand(all)),
        Duration.ofMinutes(4));
  }

  private static Errand errand(List<Candidate> candidates) {
    return new Errand(
        new JobId(3),
        candidates.size() == 1 ? Errand.Kind.TRIAL : Errand.Kind.CONFIRMATION,
        candidates);
  }

  @Test
  void worker_ofOneDevice_namesIt_andItsOldLeasesAreWithdrawn() {
    attached(1, 1, Set.of(5L));

    assertEquals(
        List.of(
            new dev.octune.tuner.coordinator.DeviceDeclaration(
                new DeviceId("rack1"),
                new DeviceKey("zen4"),
                TARGET,
                16,
                "a test's",
                "0.1.0",
                "LLVM 20",
                PROBES)),
        declared);
    assertEquals(List.of("cancel 1 5"), said);
  }

  @Test
  void worker_ofSeveralDevices_numbersThem_andEachHasItsOwnRequests() {
    attached(1, 2, Set.of());
    ports.get(1).measure(lease(11, Lease.Purpose.TRIAL, 1));
    attachments.on(new TrackerEvent.Heard(1, 1, health()));
    attachments.on(new TrackerEvent.Draining(1, "SIGTERM"));
    attachments.on(new TrackerEvent.Detached(1, "gone"));

    assertEquals(List.of("rack1.0", "rack1.1"), declared.stream().map(d -> d.id().text()).toList());
    assertEquals(
        List.of(
            "send 1 1 11",
            "rack1.1 heartbeat 0.5",
            "rack1.0 draining",
            "rack1.1 draining",
            "rack1.0 detached gone",
            "rack1.1 detached gone"),
        said);
  }

  private static DeviceHealth health() {
    return new DeviceHealth(0, OptionalDouble.of(0.5), Optional.empty());
  }

  @Test
  void lease_isSentAsItStands_itsLimitCountsThoseBefore() {
    attached(1, 1, Set.of());
    Lease trial = lease(11, Lease.Purpose.TRIAL, 1);
    Lease confirmation = lease(12, Lease.Purpose.CONFIRMATION, 3);
    ports.getFirst().measure(trial);
    ports.getFirst().measure(confirmation);

    assertEquals(
        List.of(
            new Request.Measure(
                new MeasureRequest(trial.candidates().getFirst(), 7, OptionalDouble.of(50)),
                Duration.ofMinutes(4)),
            new Request.Confirm(confirmation.candidates(), 7, Duration.ofMinutes(8))),
        requests);
    assertEquals(
        List.of(trial.errand().orElseThrow(), confirmation.errand().orElseThrow()),
        notes.stream().map(Errand::parse).toList());
  }

  @Test
  void outcome_isTold_andAcknowledgedOnceTheCoordinatorSaysSo() {
    attached(1, 1, Set.of());
    ports.getFirst().measure(lease(11, Lease.Purpose.TRIAL, 1));
    said.clear();

    attachments.on(new TrackerEvent.Ended(1, 0, 11, new Outcome.Measured(timed(5)), ""));

    assertEquals(List.of("rack1 result 11 [" + timed(5) + "]"), said);
    ports.getFirst().acknowledge(11);
    assertEquals("acknowledge 1 11", said.getLast());
  }

  @Test
  void outcome_ofAnEarlierConnection_isToldWithItsErrand_orWithoutWhereItCantBeRead() {
    attached(1, 1, Set.of(3L, 4L));
    Errand errand = errand(lease(3, Lease.Purpose.CONFIRMATION, 2).candidates());
    said.clear();

    attachments.on(
        new TrackerEvent.Ended(
            1, 0, 3, new Outcome.Confirmed(List.of(timed(5), timed(6))), errand.text()));
    attachments.on(new TrackerEvent.Ended(1, 0, 4, new Outcome.Measured(timed(7)), "nonsense"));

    assertEquals(
        List.of(
            "rack1 result 3 " + List.of(timed(5), timed(6)) + " of " + errand,
            "rack1 result 4 [" + timed(7) + "]"),
        said);
  }

  @Test
  void outcome_ofALeaseNotOpenHere_isToldWithItsToken_orJustForgotten() {
    attached(1, 1, Set.of());

    attachments.on(new TrackerEvent.Ended(1, 0, 3, new Outcome.Measured(timed(5)), ""));
    attachments.on(new TrackerEvent.Ended(1, 0, 4, new Outcome.Withdrawn(), ""));

    assertEquals(List.of("rack1 result 3 [" + timed(5) + "]", "acknowledge 1 4"), said);
  }

  @Test
  void lease_revoked_isWithdrawn_andItsEndIsNotAResult() {
    attached(1, 1, Set.of());
    ports.getFirst().measure(lease(11, Lease.Purpose.TRIAL, 1));
    ports.getFirst().revoke(11);
    attachments.on(new TrackerEvent.Ended(1, 0, 11, new Outcome.Withdrawn(), ""));

    assertEquals(List.of("send 1 0 11", "cancel 1 11", "acknowledge 1 11"), said);
  }

  @Test
  void confirmation_withAnotherNumberOfAnswers_isALostDevice_forEachCandidate() {
    attached(1, 1, Set.of());
    ports.getFirst().measure(lease(11, Lease.Purpose.CONFIRMATION, 2));
    said.clear();

    attachments.on(new TrackerEvent.Ended(1, 0, 11, new Outcome.Confirmed(List.of(timed(5))), ""));

    Measurement lost =
        new Measurement.DeviceLost("the worker answered with 1 measurements, 2 were asked for");
    assertEquals(List.of("rack1 result 11 " + List.of(lost, lost)), said);
  }

  @Test
  void refusal_andALivingLeaseGivenUp_endTheirTrials() {
    attached(1, 1, Set.of());
    ports.getFirst().measure(lease(11, Lease.Purpose.TRIAL, 1));
    ports.getFirst().measure(lease(12, Lease.Purpose.TRIAL, 1));
    said.clear();

    attachments.on(new TrackerEvent.Ended(1, 0, 11, new Outcome.Refused("no such knob"), ""));
    attachments.on(new TrackerEvent.Ended(1, 0, 12, new Outcome.Withdrawn(), ""));

    assertEquals(
        List.of(
            "rack1 result 11 "
                + List.of(new Measurement.BuildFailed("the worker refuses it: no such knob")),
            "rack1 result 12 " + List.of(new Measurement.DeviceLost("the worker has given it up"))),
        said);
  }

  @Test
  void device_dismissed_endsItsSession() {
    attached(1, 1, Set.of());
    ports.getFirst().dismiss("another target than its key's");

    assertEquals(List.of("drop 1 another target than its key's"), said);
  }

  private final class WrittenDoor implements DoorListener {
    @Override
    public void cameIn(Caller caller, String worker, int devices) {
      atTheDoor.add("%s in as %s with %d".formatted(caller.tokenId(), worker, devices));
    }

    @Override
    public void refused(Caller caller, String worker, String reason) {
      atTheDoor.add("%s refused as %s: %s".formatted(caller.peer(), worker, reason));
    }
  }

  private final class WrittenTracker implements Tracker {
    @Override
    public boolean accepts(HttpServerRequest request) {
      return false;
    }

    @Override
    public Handler<HttpServerRequest> handler() {
      return _ -> {};
    }

    @Override
    public void send(long session, int device, long lease, Request request, String note) {
      notes.add(note);
      said.add("send %d %d %d".formatted(session, device, lease));
      requests.add(request);
    }

    @Override
    public void cancel(long session, long lease) {
      said.add("cancel %d %d".formatted(session, lease));
    }

    @Override
    public void acknowledge(long session, long lease) {
      said.add("acknowledge %d %d".formatted(session, lease));
    }

    @Override
    public void drain(long session, String reason) {
      said.add("drain " + session);
    }

    @Override
    public void drop(long session, String reason) {
      said.add("drop %d %s".formatted(session, reason));
    }

    @Override
    public void revoked(String tokenId) {
      said.add("revoked " + tokenId);
    }

    @Override
    public void close() {}
  }

  private final class WrittenLink implements DeviceLink {
    private final String name;

    WrittenLink(String name) {
      this.name = name;
    }

    @Override
    public void result(long token, List<Measurement> measurements, Optional<Errand> errand) {
      said.add(
          "%s result %d %s%s"
              .formatted(name, token, measurements, errand.map(e -> " of " + e).orElse("")));
    }

    @Override
    public void heartbeat(OptionalDouble load1m) {
      said.add(name + " heartbeat " + load1m.orElseThrow());
    }

    @Override
    public void draining() {
      said.add(name + " draining");
    }

    @Override
    public void detached(String reason) {
      said.add(name + " detached " + reason);
    }
  }
}
