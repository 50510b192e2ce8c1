package dev.octune.tuner.coordinator;

import dev.octune.db.job.DeviceKeyRow;
import dev.octune.db.job.DeviceRow;
import dev.octune.db.job.ServiceState;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.tuner.coordinator.Work.Ask;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The devices: who is attached, who holds which lease, whom to trust. */
final class Fleet {
  /**
   * Devices that may go away over one measurement before it ends as lost. Some kernels take a board
   * down with them; a cut cable takes down whatever was running.
   */
  static final int MAX_LOSSES = 3;

  /** Farther from its first base time a device is another machine than its records say. */
  static final double DRIFT_TOLERANCE = 0.15;

  /** One bad calibration may be an accident; two in a row are the device. */
  private static final int BAD_CALIBRATIONS = 2;

  /**
   * Waits before further looks at a device that has become slow: a neighbour on a shared machine,
   * or a program that starts beside the worker, is done within seconds; what lasts longer is drift.
   */
  private static final List<Duration> SLOW_WAITS =
      List.of(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(9));

  /** Between two looks at a device in quarantine; each takes some tenths of a second. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

  /** A machine that is never quiet has its least time of so many, some seconds of work. */
  private static final int MAX_FIRST_READINGS = 5;

  /** Failures may be the kernels'; at so many points in a row the base kernel is asked. */
  private static final int SUSPICIOUS = 6;

  /**
   * Leases taken from devices that went away, whose results may still come: all that four racks of
   * 64 devices with full queues hold.
   */
  private static final int MAX_GIVEN_BACK = 4096;

  /**
   * After a restart the jobs that were there before wait so long for devices that were attached
   * when the last process died: they may have results that it did not store. A worker redials at
   * least every 30 s.
   */
  static final Duration RETURN_GRACE = Duration.ofSeconds(40);

  private static final int POINTS_OF_LOSS = 2;
  private static final int POINTS_OF_FAILURE = 1;

  private final CoordinatorSettings settings;
  private final Ledger ledger;
  private final TokenSupply tokens;
  private final Function<Target, Candidate> baseKernel;
  private final Requester requester;
  private final Map<DeviceKey, LiveKey> keys =
      new TreeMap<>((a, b) -> a.text().compareTo(b.text()));
  private final Map<DeviceId, LiveDevice> devices = new HashMap<>();
  private final Map<Long, LiveDevice> attached = new HashMap<>();
  private final Set<DeviceId> changed = new HashSet<>();
  private final Map<Long, LiveDevice> releases = new TreeMap<>();
  private final long beganNanos;
  private final Receipts receipts = new Receipts();

  /** By token leases that were taken from devices that went away; the oldest first. */
  private final Map<Long, LiveLease> givenBack = new LinkedHashMap<>();

  /** Gets the answers. */
  interface Requester {
    /** Something was measured, or is given up; once for each work that was not withdrawn. */
    void answered(Moment moment, Work work, Work.Answer answer);

    /**
     * A result has come of a lease that an earlier process gave.
     *
     * @return whether it is of use; then its receipts are settled later
     */
    boolean brought(Moment moment, DeviceKey key, Errand errand, Work.Answer answer);

    /** A job's lease is over after so many seconds of its device's time. */
    void charged(LiveJob job, double seconds);

    /** A key has been declared, or has got or lost devices. */
    void devicesChanged(Moment moment);
  }

  Fleet(
      CoordinatorSettings settings,
      Ledger ledger,
      TokenSupply tokens,
      Function<Target, Candidate> baseKernel,
      Requester requester,
      ServiceState state,
      Moment moment) {
    this.beganNanos = moment.nanos();
    this.settings = settings;
    this.ledger = ledger;
    this.tokens = tokens;
    this.baseKernel = baseKernel;
    this.requester = requester;
    for (DeviceKeyRow row : state.keys()) {
      keys.put(row.key(), LiveKey.restored(row));
    }
    for (DeviceRow row : state.devices()) {
      LiveKey key = keys.get(row.key());
      if (key != null) {
        devices.put(row.id(), restored(row, key, moment.wall()));
        changed.add(row.id());
      }
    }
  }

  // ---- what others see

  Optional<LiveKey> key(DeviceKey key) {
    return Optional.ofNullable(keys.get(key));
  }

  Optional<LiveDevice> device(DeviceId id) {
    return Optional.ofNullable(devices.get(id));
  }

  /** Devices whose views may be others since the last call. */
  Set<DeviceId> takeChanged() {
    Set<DeviceId> taken = Set.copyOf(changed);
    changed.clear();
    return taken;
  }

  /** Whether devices of a key are still to come back after a restart. */
  boolean isAwaiting(DeviceKey key) {
    return devices.values().stream()
        .anyMatch(device -> device.isAwaited() && device.key().key().equals(key));
  }

  // ---- connections

  void attached(Moment moment, long number, DeviceDeclaration declared) {
    LiveKey key = keys.computeIfAbsent(declared.key(), k -> LiveKey.fresh(k, declared.target()));
    if (!key.target().equals(declared.target())) {
      moment.decide(
          new CoordinatorEffect.Dismiss(
              number,
              "device key %s is of devices with target '%s', %s declares '%s'. Mend: give it another key"
                  .formatted(key.key(), key.target(), declared.id(), declared.target())));
      return;
    }
    LiveDevice device = devices.get(declared.id());
    if (device == null) {
      device = fresh(declared, key, moment.wall());
      devices.put(device.id(), device);
    }
    store(moment, key);
    device
        .attachment()
        .ifPresent(
            old -> {
              moment.decide(
                  new CoordinatorEffect.Dismiss(old.number(), "the device attached once more"));
              detached(moment, old.number());
            });
    device.attach(key, number, declared, moment.nanos());
    attached.put(number, device);
    store(moment, device);
    changed(moment, device);
  }

  void detached(Moment moment, long number) {
    LiveDevice device = attached.remove(number);
    if (device == null) {
      return;
    }
    device.key().free().remove(device);
    giveBack(moment, device, false);
    device.detach();
    store(moment, device);
    changed(moment, device);
  }

  void heard(Moment moment, long number, OptionalDouble load1m) {
    LiveDevice device = attached.get(number);
    if (device != null) {
      device.heard(moment.nanos());
      device.setLoad(load1m);
      changed.add(device.id());
    }
  }

  void draining(Moment moment, long number) {
    LiveDevice device = attached.get(number);
    if (device != null) {
      device.heard(moment.nanos());
      device.drain();
      changed(moment, device);
    }
  }

  // ---- answers

  void result(
      Moment moment,
      long number,
      long token,
      List<Measurement> measurements,
      Optional<Errand> errand) {
    LiveDevice device = attached.get(number);
    if (device == null) {
      // It tells again, over its next connection.
      return;
    }
    device.heard(moment.nanos());
    Optional<LiveLease> held = device.lease(token);
    if (held.isPresent()) {
      receipts.expect(token, number);
      inTime(moment, device, held.get(), measurements);
    } else if (!receipts.isExpected(token, number)) {
      receipts.expect(token, number);
      if (!late(moment, device, token, measurements, errand)) {
        // Repeated or made up, or nobody wants it any more.
        settled(moment, List.of(token));
      }
    }
  }

  private void inTime(
      Moment moment, LiveDevice device, LiveLease lease, List<Measurement> measurements) {
    List<Long> receipt = List.of(lease.token());
    if (measurements.size() != lease.lease().candidates().size()) {
      settled(moment, receipt);
      lost(
          moment,
          device,
          lease,
          "%d measurements of %d candidates from %s"
              .formatted(measurements.size(), lease.lease().candidates().size(), device.id()));
      return;
    }
    letGo(moment, device, lease);
    device.gaveResult();
    if (lease.work().ask() instanceof Ask.Calibration) {
      settled(moment, receipt);
      calibrated(moment, device, measurements.getFirst());
    } else {
      judge(moment, device, measurements);
      if (lease.work().isOpen()) {
        weigh(moment, device, lease.work(), new Work.Answer(lease.origin(), measurements, receipt));
      } else {
        settled(moment, receipt);
      }
    }
    changed(moment, device);
  }

  /**
   * A result of a lease that the device does not hold any more: its connection was cut, or the
   * coordinator was another process. What was measured need not be measured again.
   *
   * @return whether it is of use
   */
  private boolean late(
      Moment moment,
      LiveDevice device,
      long token,
      List<Measurement> measurements,
      Optional<Errand> errand) {
    LiveLease lease = givenBack.remove(token);
    if (lease != null) {
      Work.Answer answer = new Work.Answer(lease.origin(), measurements, List.of(token));
      boolean isOfUse =
          lease.work().isOpen()
              && lease.work().doubt().isEmpty()
              && device.quarantine().isEmpty()
              && measurements.size() == lease.lease().candidates().size()
              && answer.isConclusive();
      if (isOfUse) {
        takeBack(moment, lease.work());
        answered(moment, lease.work(), answer);
      }
      return isOfUse;
    }
    if (errand.isEmpty()
        || device.quarantine().isPresent()
        || !tokens.isOfAnEarlierProcess(token)
        || device.baseNanos().isEmpty()
        || measurements.size() != errand.get().candidates().size()) {
      return false;
    }
    Work.Answer answer =
        new Work.Answer(
            origin(device, device.attachment().orElseThrow().declaration()),
            measurements,
            List.of(token));
    return answer.isConclusive()
        && requester.brought(moment, device.key().key(), errand.get(), answer);
  }

  /** A job's open work that another answer than that of its lease will end. */
  void takeBack(Moment moment, Work work) {
    LiveJob job = work.job().orElseThrow();
    work.doubt().ifPresent(doubt -> settled(moment, doubt.answer().receipts()));
    @Nullable LiveKey key = keys.get(job.spec().deviceKey());
    if (key != null && job.wanted().contains(work)) {
      key.share().withdraw(job, List.of(work));
      return;
    }
    for (LiveLease lease : List.copyOf(job.leases())) {
      if (lease.work() == work) {
        revoke(moment, lease);
      }
    }
  }

  /** Results are durable, or of no use. */
  void settled(Moment moment, List<Long> tokensOfResults) {
    receipts.settle(moment, tokensOfResults);
  }

  private void answered(Moment moment, Work work, Work.Answer answer) {
    work.end();
    requester.answered(moment, work, answer);
  }

  /** Wrong answers are put to another device; the rest is passed on. */
  private void weigh(Moment moment, LiveDevice device, Work work, Work.Answer answer) {
    Optional<Measurement.DeviceLost> lost = first(answer, Measurement.DeviceLost.class);
    if (lost.isPresent()) {
      againOrGiveUp(moment, work, answer);
      return;
    }
    boolean wrong = first(answer, Measurement.WrongAnswer.class).isPresent();
    if (work.doubt().isPresent()) {
      Work.Doubt doubt = work.doubt().get();
      boolean refuted =
          !wrong && answer.measurements().stream().allMatch(Measurement.Timed.class::isInstance);
      if (refuted) {
        LiveDevice liar = devices.get(doubt.device());
        if (liar != null) {
          convict(moment, liar, doubt.answer(), work, device.id());
        }
      }
      // What did not come out right here either is no proof against the first device.
      answered(
          moment,
          work,
          refuted || wrong
              ? answer.with(doubt.answer().receipts())
              : doubt.answer().with(answer.receipts()));
    } else if (wrong && otherUsable(device)) {
      work.doubt(answer);
      want(moment, work, true);
    } else {
      answered(moment, work, answer);
    }
  }

  private void convict(
      Moment moment, LiveDevice liar, Work.Answer said, Work work, DeviceId witness) {
    Measurement.WrongAnswer wrong = first(said, Measurement.WrongAnswer.class).orElseThrow();
    quarantine(
        moment,
        liar,
        DeviceView.Cause.WRONG_ANSWER,
        "answered wrong where %s answered right: %s, fill %s, workload '%s', schedule '%s'"
            .formatted(
                witness,
                wrong.what(),
                wrong.fill(),
                work.ask().candidates().getFirst().workload(),
                work.ask().candidates().getFirst().schedule()));
  }

  /** Whether the device or the candidates are to blame, in the long run. */
  private void judge(Moment moment, LiveDevice device, List<Measurement> measurements) {
    for (Measurement measurement : measurements) {
      switch (measurement) {
        case Measurement.Timed _ -> device.trust();
        case Measurement.DeviceLost _ -> device.suspect(POINTS_OF_LOSS);
        case Measurement.WrongAnswer _,
            Measurement.BuildFailed _,
            Measurement.RunFailed _,
            Measurement.TimedOut _ ->
            device.suspect(POINTS_OF_FAILURE);
      }
    }
    if (device.suspicion() >= SUSPICIOUS && !device.mustCalibrate()) {
      device.requireCalibration(moment.nanos());
    }
  }

  // ---- calibration and quarantine

  private void calibrated(Moment moment, LiveDevice device, Measurement measurement) {
    device.calibrating(false);
    switch (measurement) {
      case Measurement.Timed timed -> compared(moment, device, timed.leastNanos());
      case Measurement.WrongAnswer(String fill, String what, String _) ->
          badCalibration(
              moment,
              device,
              // What has been right before was right: it is not the kernel.
              device.key().referenceNanos().isPresent()
                  ? DeviceView.Cause.WRONG_ANSWER
                  : DeviceView.Cause.FAILING,
              "answered wrong on the base kernel: %s, fill %s".formatted(what, fill));
      case Measurement.BuildFailed(String reason) -> failing(moment, device, reason);
      case Measurement.RunFailed(String reason) -> failing(moment, device, reason);
      case Measurement.TimedOut(String phase, long limitMillis) ->
          failing(moment, device, "%s took over %d ms".formatted(phase, limitMillis));
      case Measurement.DeviceLost(String reason) -> failing(moment, device, reason);
    }
  }

  private void failing(Moment moment, LiveDevice device, String reason) {
    badCalibration(
        moment, device, DeviceView.Cause.FAILING, "can't measure the base kernel: " + reason);
  }

  private void compared(Moment moment, LiveDevice device, double nanos) {
    device.setLastBase(nanos);
    LiveKey key = device.key();
    if (device.baseNanos().isEmpty()
        && !device.settles(nanos, DRIFT_TOLERANCE, MAX_FIRST_READINGS)) {
      device.requireCalibration(moment.nanos());
      return;
    }
    if (key.referenceNanos().isEmpty()) {
      // A device may have its base from a process that died before the reference was stored.
      key.setReference(device.baseNanos().orElseThrow());
      store(moment, key);
    }
    double base = device.baseNanos().orElseThrow();
    double drift = nanos / base - 1;
    if (drift < -DRIFT_TOLERANCE && device.badCalibrations() + 1 >= BAD_CALIBRATIONS) {
      // Faster, and not just once: it was disturbed at first. It stays, with its factor mended.
      device.setBase(nanos);
    } else if (Math.abs(drift) > DRIFT_TOLERANCE) {
      badCalibration(
          moment,
          device,
          DeviceView.Cause.DRIFT,
          "the base kernel takes %.0f ns, took %.0f ns at first: %+.0f %%, tolerated are %.0f %%"
              .formatted(nanos, base, drift * 100, DRIFT_TOLERANCE * 100));
      return;
    }
    device.calibrated(moment.nanos() + settings.calibrateEvery().toNanos());
    if (device.quarantine().isPresent()
        && device.quarantine().get().cause() != DeviceView.Cause.WRONG_ANSWER) {
      device.quarantine(Optional.empty());
    }
    store(moment, device);
  }

  private void badCalibration(
      Moment moment, LiveDevice device, DeviceView.Cause cause, String reason) {
    device.badCalibration();
    if (device.quarantine().isPresent()) {
      device.calibrateAt(moment.nanos() + lookAgainNanos());
      return;
    }
    List<Duration> waits =
        cause == DeviceView.Cause.DRIFT
            ? SLOW_WAITS
            : Collections.nCopies(BAD_CALIBRATIONS - 1, Duration.ZERO);
    if (device.badCalibrations() <= waits.size()) {
      Duration wait = waits.get(device.badCalibrations() - 1);
      device.requireCalibration(moment.nanos() + wait.toNanos());
    } else {
      quarantine(moment, device, cause, reason);
    }
  }

  private long lookAgainNanos() {
    return Math.min(LOOK_AGAIN.toNanos(), settings.calibrateEvery().toNanos());
  }

  private void quarantine(Moment moment, LiveDevice device, DeviceView.Cause cause, String reason) {
    if (device.quarantine().filter(q -> q.cause() == cause).isPresent()) {
      return;
    }
    device.quarantine(Optional.of(new DeviceView.Quarantine(cause, reason, moment.wall())));
    device.requireCalibration(moment.nanos() + lookAgainNanos());
    device.key().free().remove(device);
    giveBack(moment, device, true);
    store(moment, device);
    changed(moment, device);
  }

  /** A person trusts a device again; the answer comes once that is durable. */
  void release(Moment moment, long request, DeviceId id) {
    LiveDevice device = devices.get(id);
    if (device == null || device.quarantine().isEmpty() || ledger.trouble().isPresent()) {
      moment.decide(new CoordinatorEffect.Reply(request, refusal(id, device)));
      return;
    }
    if (device.quarantine().get().cause() == DeviceView.Cause.DRIFT) {
      // As it is now it is as it should be: the next calibration sets a new base.
      device.forgetBase();
    }
    device.quarantine(Optional.empty());
    device.startOver(moment.nanos());
    releases.put(request, device);
    store(moment, device);
    changed(moment, device);
  }

  private Outcome.Refused refusal(DeviceId id, @Nullable LiveDevice device) {
    if (device == null) {
      return new Outcome.Refused(Outcome.Cause.NOT_FOUND, "there is no device " + id);
    }
    Optional<String> trouble = ledger.trouble();
    return trouble.isPresent()
        ? new Outcome.Refused(Outcome.Cause.UNAVAILABLE, trouble.get())
        : new Outcome.Refused(Outcome.Cause.CONFLICT, "device %s is not quarantined".formatted(id));
  }

  private void answerReleases(Moment moment, LiveDevice device) {
    for (Map.Entry<Long, LiveDevice> release : List.copyOf(releases.entrySet())) {
      if (release.getValue() == device
          && device.stored().stored().filter(row -> row.quarantine().isEmpty()).isPresent()) {
        releases.remove(release.getKey());
        moment.decide(
            new CoordinatorEffect.Reply(
                release.getKey(), new Outcome.DeviceChanged(device.view())));
      }
    }
  }

  private void store(Moment moment, LiveDevice device) {
    device
        .stored()
        .write(
            moment,
            ledger,
            then -> {
              changed(then, device);
              answerReleases(then, device);
            });
  }

  private void store(Moment moment, LiveKey key) {
    key.stored()
        .write(
            moment,
            ledger,
            then ->
                devices.values().stream()
                    .filter(device -> device.key() == key)
                    .forEach(device -> changed(then, device)));
  }

  // ---- work

  /** Asks for a job's measurement; those that were begun before go first. */
  void want(Moment moment, Work work, boolean first) {
    LiveJob job = work.job().orElseThrow();
    LiveKey key = keys.get(job.spec().deviceKey());
    if (key == null) {
      throw new IllegalStateException(job.id() + " runs without a device key");
    }
    key.share().add(moment, job, work, first, Math.max(1, key.usable()));
  }

  /**
   * Gives up some of a job's measurements; nobody answers them.
   *
   * @return those given up
   */
  List<Work> withdraw(Moment moment, LiveJob job, Predicate<Work> which) {
    LiveKey key = keys.get(job.spec().deviceKey());
    if (key == null) {
      return List.of();
    }
    List<Work> given = new ArrayList<>();
    for (Work work : List.copyOf(job.wanted())) {
      if (which.test(work)) {
        given.add(work);
      }
    }
    key.share().withdraw(job, given);
    for (LiveLease lease : List.copyOf(job.leases())) {
      if (which.test(lease.work())) {
        given.add(lease.work());
        revoke(moment, lease);
      }
    }
    for (Work work : given) {
      work.withdraw();
      work.doubt().ifPresent(doubt -> settled(moment, doubt.answer().receipts()));
    }
    return given;
  }

  private void revoke(Moment moment, LiveLease lease) {
    LiveDevice device = devices.get(lease.origin().device());
    if (device != null && device.attachment().isPresent()) {
      moment.decide(
          new CoordinatorEffect.Revoke(device.attachment().get().number(), lease.token()));
      letGo(moment, device, lease);
      changed(moment, device);
    }
  }

  /** Gives free slots work; called at the end of each step. */
  void dispatch(Moment moment) {
    if (ledger.trouble().isPresent() || !tokens.isReady(moment)) {
      return;
    }
    for (LiveKey key : keys.values()) {
      dispatch(moment, key);
    }
  }

  private void dispatch(Moment moment, LiveKey key) {
    List<LiveDevice> idle = new ArrayList<>();
    while (!key.free().isEmpty() && key.share().hasWork() && tokens.isReady(moment)) {
      LiveDevice device = key.free().removeFirst();
      double each = key.expectedSeconds(1);
      Optional<Work> work = key.share().take(moment, device.id(), each);
      if (work.isEmpty()) {
        idle.add(device);
        continue;
      }
      give(moment, device, work.get(), each);
      if (device.isReady() && device.hasFreeSlot()) {
        key.free().add(device);
      }
      changed.add(device.id());
    }
    key.free().addAll(idle);
  }

  private void give(Moment moment, LiveDevice device, Work work, double estimateSeconds) {
    Ask ask = work.ask();
    LiveDevice.Attachment to = device.attachment().orElseThrow();
    DeviceDeclaration declared = to.declaration();
    double factor = device.factor();
    OptionalDouble incumbent =
        ask instanceof Ask.Trial trial && trial.incumbentNanos().isPresent()
            ? OptionalDouble.of(trial.incumbentNanos().getAsDouble() / factor)
            : OptionalDouble.empty();
    Lease lease =
        new Lease(
            tokens.take(),
            ask.purpose(),
            ask.candidates(),
            work.job().map(job -> job.spec().seed()).orElse(0L),
            incumbent,
            work.errand(),
            settings.trialLimit().multipliedBy(ask.candidates().size()));
    LiveLease live = new LiveLease(lease, work, origin(device, declared), estimateSeconds);
    device.hold(live, moment.nanos());
    work.job().ifPresent(job -> job.leases().add(live));
    moment.decide(new CoordinatorEffect.SendMeasure(to.number(), lease));
  }

  // ---- time

  void tick(Moment moment) {
    for (LiveDevice device : List.copyOf(attached.values())) {
      LiveDevice.Attachment attachment = device.attachment().orElseThrow();
      Duration silent = Duration.ofNanos(moment.nanos() - attachment.heardNanos());
      if (silent.compareTo(settings.silenceLimit()) > 0) {
        moment.decide(
            new CoordinatorEffect.Dismiss(
                attachment.number(), "nothing was heard for " + silent.toSeconds() + " s"));
        detached(moment, attachment.number());
        continue;
      }
      device
          .head()
          .filter(head -> moment.nanos() - device.headSinceNanos() > head.lease().limit().toNanos())
          .ifPresent(head -> expired(moment, attachment, device, head));
      calibrateIfDue(moment, device);
    }
    keys.values().forEach(key -> settleDoubts(moment, key));
    if (moment.nanos() - beganNanos > RETURN_GRACE.toNanos()) {
      devices.values().stream().filter(LiveDevice::isAwaited).forEach(d -> giveUp(moment, d));
    }
    givenBack.values().removeIf(lease -> !lease.work().isOpen());
  }

  private void giveUp(Moment moment, LiveDevice device) {
    device.awaitNoMore();
    store(moment, device);
  }

  private static Origin origin(LiveDevice device, DeviceDeclaration declared) {
    return new Origin(
        device.id(),
        declared.description(),
        declared.octuneVersion(),
        declared.compilerVersion(),
        device.factor());
  }

  private void calibrateIfDue(Moment moment, LiveDevice device) {
    if (device.attachment().isPresent()
        && device.isCalibrationDue(moment.nanos())
        && device.hasFreeSlot()
        && !device.isDraining()
        && ledger.trouble().isEmpty()
        && tokens.isReady(moment)) {
      device.key().free().remove(device);
      device.calibrating(true);
      give(moment, device, Work.calibration(baseKernel.apply(device.key().target())), 0);
      changed(moment, device);
    }
  }

  private void expired(
      Moment moment, LiveDevice.Attachment attachment, LiveDevice device, LiveLease lease) {
    moment.decide(new CoordinatorEffect.Revoke(attachment.number(), lease.token()));
    lost(
        moment,
        device,
        lease,
        "%s did not answer within %s".formatted(device.id(), lease.lease().limit()));
  }

  /** A lease ended without a usable answer, by the device's fault or the candidate's. */
  private void lost(Moment moment, LiveDevice device, LiveLease lease, String reason) {
    letGo(moment, device, lease);
    Measurement loss = new Measurement.DeviceLost(reason);
    if (lease.work().ask() instanceof Ask.Calibration) {
      calibrated(moment, device, loss);
    } else {
      judge(moment, device, List.of(loss));
      againOrGiveUp(moment, lease.work(), lossOf(lease, loss));
    }
    changed(moment, device);
  }

  private void againOrGiveUp(Moment moment, Work work, Work.Answer loss) {
    if (!work.isOpen()) {
      settled(moment, loss.receipts());
    } else if (work.lost() < MAX_LOSSES) {
      settled(moment, loss.receipts());
      want(moment, work, true);
    } else {
      answered(
          moment,
          work,
          work.doubt().isPresent() ? loss.with(work.doubt().get().answer().receipts()) : loss);
    }
  }

  /** A doubt that no other device is left to settle ends with the only word there is. */
  private void settleDoubts(Moment moment, LiveKey key) {
    for (Work work : key.share().doubted()) {
      DeviceId first = work.doubt().orElseThrow().device();
      boolean another =
          devices.values().stream()
              .anyMatch(d -> d.key() == key && d.isUsable() && !d.id().equals(first));
      if (!another) {
        key.share().withdraw(work.job().orElseThrow(), List.of(work));
        answered(moment, work, work.doubt().get().answer());
      }
    }
  }

  /** Takes a device's leases away from it: the work goes elsewhere. */
  private void giveBack(Moment moment, LiveDevice device, boolean tellIt) {
    List<LiveLease> held = new ArrayList<>();
    device.leases().forEach(held::add);
    // Backwards, each to the front: the order in which they were wanted stays.
    for (LiveLease lease : held.reversed()) {
      boolean begun = device.isHead(lease);
      if (tellIt) {
        device
            .attachment()
            .ifPresent(
                to -> moment.decide(new CoordinatorEffect.Revoke(to.number(), lease.token())));
      }
      letGo(moment, device, lease);
      if (!tellIt) {
        remember(lease);
      }
      if (lease.work().ask() instanceof Ask.Calibration) {
        device.calibrating(false);
      } else if (begun) {
        againOrGiveUp(
            moment,
            lease.work(),
            lossOf(lease, new Measurement.DeviceLost(device.id() + " went away")));
      } else if (lease.work().isOpen()) {
        want(moment, lease.work(), true);
      }
    }
  }

  /** Its device is out of reach and may come back with its result. */
  private void remember(LiveLease lease) {
    if (lease.work().isOpen() && !(lease.work().ask() instanceof Ask.Calibration)) {
      if (givenBack.size() >= MAX_GIVEN_BACK) {
        givenBack.remove(givenBack.keySet().iterator().next());
      }
      givenBack.put(lease.token(), lease);
    }
  }

  private static Work.Answer lossOf(LiveLease lease, Measurement loss) {
    return new Work.Answer(
        lease.origin(), lease.lease().candidates().stream().map(_ -> loss).toList(), List.of());
  }

  private void letGo(Moment moment, LiveDevice device, LiveLease lease) {
    device.key().free().remove(device);
    double seconds = device.letGo(lease, moment.nanos());
    lease
        .work()
        .job()
        .ifPresent(
            job -> {
              job.leases().remove(lease);
              device.key().share().settle(job, lease.estimateSeconds(), seconds);
              if (seconds > 0) {
                device.key().learn(seconds, lease.lease().candidates().size());
              }
              requester.charged(job, seconds);
            });
  }

  private boolean otherUsable(LiveDevice device) {
    return device.key().usable() > (device.isUsable() ? 1 : 0);
  }

  /** Brings all that follows from a device's state in line with it. */
  private void changed(Moment moment, LiveDevice device) {
    LiveKey key = device.key();
    key.free().remove(device);
    calibrateIfDue(moment, device);
    if (device.isReady() && device.hasFreeSlot()) {
      key.free().add(device);
    }
    if (device.updateUsable()) {
      requester.devicesChanged(moment);
    }
    changed.add(device.id());
    if (device.updateStatus(moment.wall())) {
      moment.decide(new CoordinatorEffect.NotifyDevice(device.view()));
    }
  }

  private static <M extends Measurement> Optional<M> first(Work.Answer answer, Class<M> kind) {
    return answer.measurements().stream().filter(kind::isInstance).map(kind::cast).findFirst();
  }

  private static LiveDevice fresh(DeviceDeclaration declared, LiveKey key, Instant now) {
    return new LiveDevice(
        declared.id(),
        key,
        declared.description(),
        OptionalDouble.empty(),
        Optional.empty(),
        Optional.empty(),
        now);
  }

  private static LiveDevice restored(DeviceRow row, LiveKey key, Instant now) {
    return new LiveDevice(
        row.id(),
        key,
        row.description(),
        row.baseNanos(),
        row.quarantine()
            .map(
                q ->
                    new DeviceView.Quarantine(
                        DeviceView.Cause.parse(q.cause()), q.reason(), q.since())),
        Optional.of(row),
        now);
  }

  Collection<LiveDevice> devices() {
    return devices.values();
  }
}
