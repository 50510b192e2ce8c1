package dev.octune.tuner.coordinator;

import dev.octune.db.TuningDb;
import dev.octune.db.job.JobChange;
import dev.octune.db.job.ServiceState;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.job.Effect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A service without threads, sockets and disks: the machine, and around it everything that may go
 * wrong, in virtual time. All of it follows from one seed.
 */
final class SimulatedWorld {
  /**
   * A connection.
   *
   * @param open leases that were given and not answered
   */
  private record Cable(SimulatedDevice device, DeviceDeclaration declaration, Set<Long> open) {}

  static final CoordinatorSettings SETTINGS =
      new CoordinatorSettings(
          Duration.ofSeconds(5),
          Duration.ofSeconds(16),
          Duration.ofSeconds(20),
          Duration.ofSeconds(60),
          3,
          50,
          100_000);

  private static final Duration TICK_EVERY = Duration.ofMillis(500);
  private static final Duration MAX_DOWN = Duration.ofSeconds(30);
  private static final Workload BASE =
      Workload.parse("dense_int8 m=16 k=512 n=512 act=u8 wgt=s8 out=s32");
  private static final List<String> ENDED =
      Arrays.stream(JobState.values()).filter(JobState::isEnd).map(JobState::text).toList();

  private final Random random;
  private final FaultPlan faults;
  private final CoordinatorSettings settings;
  private final ToyLibrary library;
  private final JobPreparation preparation;
  private final long trialNanos;
  private final SimulatedTime time = new SimulatedTime();
  private final SimulatedStore store;
  private final Rules rules;
  private final List<SimulatedDevice> devices = new ArrayList<>();
  private final Map<Long, Cable> cables = new HashMap<>();
  private final IdentityHashMap<PreparedJob, Long> freeAt = new IdentityHashMap<>();
  private final Map<JobId, JobSpec> accepted = new LinkedHashMap<>();
  private final Map<Long, JobSpec> asked = new HashMap<>();
  private Optional<Outcome> lastAnswer = Optional.empty();
  private CoordinatorMachine machine;
  private int process;
  private boolean isUp;
  private boolean isCalm;
  private long numbers;
  private int measurements;
  private long steps;
  private final Candidate base;

  /** A world with a disk of its own and all its rules. */
  static SimulatedWorld of(
      long seed, FaultPlan faults, CoordinatorSettings settings, int spaceSize, Duration trial) {
    TuningDb disk = TuningDb.inMemory();
    return new SimulatedWorld(
        seed, faults, settings, spaceSize, trial, disk, Duration.ofMillis(50), new Rules(disk));
  }

  /**
   * A world.
   *
   * @param trial what a trial takes, on average
   * @param storeDelay until a write is durable, at most
   */
  SimulatedWorld(
      long seed,
      FaultPlan faults,
      CoordinatorSettings settings,
      int spaceSize,
      Duration trial,
      TuningDb disk,
      Duration storeDelay,
      Rules rules) {
    this.random = new Random(seed);
    this.faults = faults;
    this.settings = settings;
    this.library = new ToyLibrary(spaceSize);
    this.trialNanos = trial.toNanos();
    this.store = new SimulatedStore(this, new Random(random.nextLong()), disk, storeDelay);
    this.rules = rules;
    this.preparation = new JobPreparation(library, store.db());
    this.base =
        new Candidate(BASE, ToyKernels.TARGET, library.defaultSchedule(BASE, ToyKernels.TARGET));
    this.machine = startProcess();
    tick();
    sometimes(faults.kill(), this::kill);
    sometimes(
        faults.storeFault(),
        () -> {
          store.setFull(true);
          time.after(random.nextLong(Duration.ofSeconds(40).toNanos()), () -> store.setFull(false));
        });
    sometimes(
        faults.leap(), () -> time.leap(Duration.ofSeconds(random.nextInt(-100_000, 100_000))));
  }

  // ---- what there is

  SimulatedTime time() {
    return time;
  }

  FaultPlan faults() {
    return faults;
  }

  Rules rules() {
    return rules;
  }

  int process() {
    return process;
  }

  boolean isUp() {
    return isUp;
  }

  long trialNanos() {
    return trialNanos;
  }

  long steps() {
    return steps;
  }

  CoordinatorMachine machine() {
    return machine;
  }

  Map<JobId, JobSpec> accepted() {
    return accepted;
  }

  SimulatedStore store() {
    return store;
  }

  /**
   * Plugs a device in.
   *
   * @param slowness its times over those of the reference
   */
  SimulatedDevice addDevice(DeviceDeclaration declaration, double slowness) {
    SimulatedDevice device =
        new SimulatedDevice(this, new Random(random.nextLong()), declaration, slowness);
    devices.add(device);
    device.start();
    sometimes(faults.deviceFault(), device::breakSomehow);
    return device;
  }

  /** A right answer, timed. */
  Measurement.Timed timed(DeviceId device, Candidate candidate, double slowness) {
    int calls = ++measurements;
    rules.made(calls, device, candidate);
    return ToyKernels.timed(ToyKernels.nanos(candidate) * slowness, calls);
  }

  // ---- time

  void run(Duration until) {
    while (time.nanos() < until.toNanos()) {
      time.next();
    }
  }

  /** Nothing breaks any more, and what is broken is mended. */
  void calm() {
    isCalm = true;
    store.setFull(false);
    devices.forEach(SimulatedDevice::heal);
  }

  /** Lets it run until nobody waits for anything, or the time is over. */
  void runToTheEnd(Duration atMost) {
    while (time.nanos() < atMost.toNanos() && !allEnded()) {
      lookAfter();
      run(Duration.ofNanos(time.nanos()).plusSeconds(10));
    }
    for (JobId id : accepted.keySet()) {
      rules.ended(
          LiveJob.restored(RecoveredJob.ended(store.jobs().job(id.number()).orElseThrow())).view());
    }
  }

  /** Somebody looks after the service: what is halted goes on, what is shut out comes back. */
  void lookAfter() {
    if (!isUp) {
      return;
    }
    for (JobId id : accepted.keySet()) {
      machine
          .job(id)
          .filter(view -> view.state() == JobState.PAUSED)
          .ifPresent(
              _ -> happen(new CoordinatorEvent.ResumeRequested(++numbers, id, "eve", "go on")));
    }
    for (LiveDevice device : List.copyOf(machine.devices())) {
      if (device.view().quarantine().isPresent()) {
        happen(new CoordinatorEvent.DeviceReleased(++numbers, device.id(), "eve"));
      }
    }
  }

  /** Jobs that have ended need not be looked after; a world of days would remember them all. */
  void forgetEnded() {
    accepted
        .keySet()
        .removeIf(id -> machine.job(id).filter(view -> !view.state().isEnd()).isEmpty());
  }

  private boolean allEnded() {
    return accepted.keySet().stream()
        .allMatch(
            id ->
                JobState.parse(
                        store.jobs().job(id.number()).orElseThrow().moves().getLast().state())
                    .isEnd());
  }

  private void sometimes(Duration mean, Runnable fault) {
    if (mean.toDays() < 1) {
      time.after(
          (long) (mean.toNanos() * -Math.log(1 - random.nextDouble())),
          () -> {
            if (!isCalm) {
              fault.run();
              sometimes(mean, fault);
            }
          });
    }
  }

  private void tick() {
    happen(new CoordinatorEvent.Tick());
    time.after(TICK_EVERY.toNanos(), this::tick);
  }

  // ---- people

  /** The last answer to a submission. */
  Optional<Outcome> lastAnswer() {
    return lastAnswer;
  }

  void submit(JobSpec spec) {
    long request = ++numbers;
    asked.put(request, spec);
    happen(new CoordinatorEvent.JobSubmitted(request, spec));
  }

  /** Somebody does something to some job. */
  void meddle() {
    if (accepted.isEmpty()) {
      return;
    }
    JobId job = List.copyOf(accepted.keySet()).get(random.nextInt(accepted.size()));
    long request = ++numbers;
    happen(
        switch (random.nextInt(5)) {
          case 0 -> new CoordinatorEvent.CancelRequested(request, job, "ann", "not needed");
          case 1, 2 -> new CoordinatorEvent.PauseRequested(request, job, "ann", "later");
          default -> new CoordinatorEvent.ResumeRequested(request, job, "ann", "now");
        });
  }

  // ---- the coordinator's process

  private CoordinatorMachine startProcess() {
    process++;
    isUp = true;
    ServiceState state = store.jobs().load(ENDED, 100);
    CoordinatorMachine started =
        new CoordinatorMachine(
            settings,
            "process-" + process,
            state,
            state.jobs().stream()
                .map(
                    job ->
                        JobState.parse(job.moves().getLast().state()).isEnd()
                            ? RecoveredJob.ended(job)
                            : RecoveredJob.open(job, store.jobs().trials(job.row().number())))
                .toList(),
            this::baseKernel,
            time.wall());
    for (JobId id : started.takeChangedJobs()) {
      started.job(id).ifPresent(rules::seen);
    }
    return started;
  }

  private Candidate baseKernel(Target target) {
    if (!target.equals(ToyKernels.TARGET)) {
      throw new AssertionError("there is no such device: " + target);
    }
    return base;
  }

  private void kill() {
    if (!isUp) {
      return;
    }
    isUp = false;
    process++;
    store.cutOff();
    rules.coordinatorDied();
    Map<Long, Cable> lost = Map.copyOf(cables);
    cables.clear();
    freeAt.clear();
    // In the order of their numbers, so that one seed is one history.
    lost.keySet().stream()
        .sorted()
        .forEach(number -> Objects.requireNonNull(lost.get(number)).device.disconnected(number));
    time.after(
        random.nextLong(MAX_DOWN.toNanos()),
        () -> {
          machine = startProcess();
        });
  }

  void attach(SimulatedDevice device, DeviceDeclaration declaration) {
    long number = ++numbers;
    cables.put(number, new Cable(device, declaration, new HashSet<>()));
    device.connected(number);
    happen(new CoordinatorEvent.DeviceAttached(number, declaration));
  }

  /** Something reaches the coordinator, if there is one. */
  void happen(CoordinatorEvent event) {
    if (!isUp) {
      return;
    }
    steps++;
    switch (event) {
      case CoordinatorEvent.DeviceDetached(long attachment, String _) -> detached(attachment);
      case CoordinatorEvent.ResultArrived(long attachment, long token, var _, var _) -> {
        Cable cable = cables.get(attachment);
        if (cable != null && cable.open.remove(token)) {
          rules.leaseEnded(token);
        }
      }
      default -> {}
    }
    int mine = process;
    for (CoordinatorEffect effect : machine.step(event, time.wall())) {
      if (mine == process) {
        perform(effect);
      }
    }
    if (mine == process) {
      for (JobId id : machine.takeChangedJobs()) {
        machine.job(id).ifPresent(rules::seen);
      }
    }
  }

  private void perform(CoordinatorEffect effect) {
    int mine = process;
    switch (effect) {
      case CoordinatorEffect.Persist(long write, JobChange change) ->
          store.write(process, write, change);
      case CoordinatorEffect.Prepare wanted ->
          soon(
              mine,
              1000,
              () ->
                  happen(
                      new CoordinatorEvent.JobPrepared(
                          wanted.job(),
                          wanted.preparation(),
                          preparation.prepare(wanted.job(), wanted.spec(), wanted.devices()))));
      case CoordinatorEffect.StepJob wanted -> stepLater(wanted);
      case CoordinatorEffect.Release(PreparedJob prepared) -> freeAt.remove(prepared);
      case CoordinatorEffect.SendMeasure(long attachment, Lease lease) -> {
        Cable cable = Objects.requireNonNull(cables.get(attachment));
        rules.leaseGiven(
            lease,
            machine.device(cable.declaration.id()).orElseThrow(),
            cable.declaration.slots(),
            lease.candidates().contains(base));
        cable.open.add(lease.token());
        cable.device.measure(attachment, lease);
      }
      case CoordinatorEffect.Acknowledge(long attachment, long token) -> {
        Cable cable = cables.get(attachment);
        if (cable != null) {
          cable.device.acknowledge(attachment, token);
        }
      }
      case CoordinatorEffect.Revoke(long attachment, long token) -> {
        rules.leaseEnded(token);
        Cable cable = cables.get(attachment);
        if (cable != null) {
          cable.open.remove(token);
          cable.device.revoke(attachment, token);
        }
      }
      case CoordinatorEffect.Dismiss(long attachment, String _) -> {
        Cable cable = cables.get(attachment);
        detached(attachment);
        if (cable != null) {
          cable.device.disconnected(attachment);
        }
      }
      case CoordinatorEffect.NotifyJob(JobNews news) -> rules.told(news);
      case CoordinatorEffect.NotifyDevice(DeviceView _) -> {}
      case CoordinatorEffect.Reply(long request, Outcome outcome) -> {
        rules.answered(outcome);
        JobSpec spec = asked.remove(request);
        lastAnswer = Optional.of(outcome);
        if (spec != null && outcome instanceof Outcome.Accepted(JobView view)) {
          accepted.put(view.id(), spec);
        }
      }
      case CoordinatorEffect.Halt(String _) -> time.after(0, () -> restartOf(mine));
    }
  }

  /** Whoever looks after the process starts it anew once it has given up. */
  private void restartOf(int halted) {
    if (halted == process) {
      store.setFull(false);
      kill();
    }
  }

  private void stepLater(CoordinatorEffect.StepJob wanted) {
    long at =
        Math.max(time.nanos(), freeAt.getOrDefault(wanted.prepared(), 0L))
            + random.nextLong(30_000_000);
    freeAt.put(wanted.prepared(), at);
    int mine = process;
    time.after(
        at - time.nanos(),
        () -> {
          if (mine == process && isUp) {
            List<Effect> effects = wanted.prepared().job().step(wanted.event(), wanted.at());
            happen(
                new CoordinatorEvent.JobStepped(
                    wanted.job(),
                    wanted.prepared(),
                    wanted.event(),
                    effects,
                    wanted.prepared().job().progress().plannedTrials()));
          }
        });
  }

  private void soon(int mine, int maxMillis, Runnable what) {
    time.after(
        1_000_000L * random.nextInt(maxMillis),
        () -> {
          if (mine == process && isUp) {
            what.run();
          }
        });
  }

  private void detached(long attachment) {
    Cable cable = cables.remove(attachment);
    if (cable != null) {
      cable.open.forEach(rules::leaseEnded);
    }
  }
}
