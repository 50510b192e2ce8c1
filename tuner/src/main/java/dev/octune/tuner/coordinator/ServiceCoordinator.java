package dev.octune.tuner.coordinator;

import dev.octune.db.DbException;
import dev.octune.db.TuningDb;
import dev.octune.db.job.JobChange;
import dev.octune.db.job.JobDb;
import dev.octune.db.job.ServiceState;
import dev.octune.db.job.StoredJob;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine with a thread, a clock, a database and real devices. */
final class ServiceCoordinator implements Coordinator {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceCoordinator.class);

  private static final Duration TICK_EVERY = Duration.ofMillis(250);

  /** Views of jobs and devices that work are at most this old; those of moves are current. */
  private static final Duration VIEW_AGE = Duration.ofMillis(100);

  private static final List<String> ENDED_STATES =
      Arrays.stream(JobState.values()).filter(JobState::isEnd).map(JobState::text).toList();

  private final JobDb store;
  private final InstantSource clock;
  private final CoordinatorMachine machine;
  private final JobRunner runner;
  private final Thread thread;
  private final LinkedBlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, CompletableFuture<Outcome>> requests = new ConcurrentHashMap<>();
  private final Map<Long, DevicePort> ports = new ConcurrentHashMap<>();
  private final List<CoordinatorListener> listeners = new CopyOnWriteArrayList<>();
  private final ConcurrentSkipListMap<JobId, JobView> jobs = new ConcurrentSkipListMap<>();
  private final ConcurrentSkipListMap<String, DeviceView> devices = new ConcurrentSkipListMap<>();
  private final Map<DeviceKey, Target> targets = new ConcurrentHashMap<>();
  private final CompletableFuture<String> halted = new CompletableFuture<>();
  private volatile boolean isClosed;
  private volatile Optional<String> trouble = Optional.empty();
  private long refreshedNanos;

  /** What reaches the coordinator's thread. */
  private sealed interface Arrival {
    record Happened(CoordinatorEvent event) implements Arrival {}

    record Stop() implements Arrival {}
  }

  private ServiceCoordinator(
      CoordinatorSettings settings, KernelLibrary library, TuningDb db, InstantSource clock) {
    this.store = db.jobs();
    this.clock = clock;
    ServiceState state = store.load(ENDED_STATES, JobDesk.KEPT_ENDED);
    BaseKernels baseKernels = new BaseKernels(library);
    this.machine =
        new CoordinatorMachine(
            settings,
            UUID.randomUUID().toString(),
            state,
            state.jobs().stream().map(job -> recovered(store, job)).toList(),
            baseKernels::of,
            clock.instant());
    this.runner = new JobRunner(new JobPreparation(library, db), this::arrive);
    this.thread = Thread.ofPlatform().name("octune-coordinator").daemon().unstarted(this::run);
    state.keys().forEach(row -> targets.put(row.key(), row.target()));
    refreshViews();
  }

  static ServiceCoordinator open(
      CoordinatorSettings settings, KernelLibrary library, TuningDb db, InstantSource clock) {
    ServiceCoordinator coordinator = new ServiceCoordinator(settings, library, db, clock);
    coordinator.thread.start();
    return coordinator;
  }

  // ---- requests

  @Override
  public CompletableFuture<Outcome> submit(JobSpec spec) {
    return request(number -> new CoordinatorEvent.JobSubmitted(number, spec));
  }

  @Override
  public CompletableFuture<Outcome> cancel(JobId job, String who, String why) {
    return request(number -> new CoordinatorEvent.CancelRequested(number, job, who, why));
  }

  @Override
  public CompletableFuture<Outcome> pause(JobId job, String who, String why) {
    return request(number -> new CoordinatorEvent.PauseRequested(number, job, who, why));
  }

  @Override
  public CompletableFuture<Outcome> resume(JobId job, String who, String why) {
    return request(number -> new CoordinatorEvent.ResumeRequested(number, job, who, why));
  }

  @Override
  public CompletableFuture<Outcome> release(DeviceId device, String who) {
    return request(number -> new CoordinatorEvent.DeviceReleased(number, device, who));
  }

  private CompletableFuture<Outcome> request(LongFunction<CoordinatorEvent> event) {
    long number = numbers.incrementAndGet();
    CompletableFuture<Outcome> answer = new CompletableFuture<>();
    requests.put(number, answer);
    arrive(event.apply(number));
    if (isClosed) {
      // The thread may have ended before it saw the request.
      answer.complete(closedAnswer());
    }
    return answer;
  }

  // ---- views

  @Override
  public List<JobView> jobs() {
    return List.copyOf(jobs.values());
  }

  @Override
  public Optional<JobView> job(JobId job) {
    JobView view = jobs.get(job);
    return view != null
        ? Optional.of(view)
        : store.job(job.number()).map(ServiceCoordinator::ended);
  }

  @Override
  public List<DeviceView> devices() {
    return List.copyOf(devices.values());
  }

  @Override
  public Optional<Target> target(DeviceKey key) {
    return Optional.ofNullable(targets.get(key));
  }

  // ---- devices

  @Override
  public DeviceLink attach(DeviceDeclaration declaration, DevicePort port) {
    long attachment = numbers.incrementAndGet();
    ports.put(attachment, port);
    arrive(new CoordinatorEvent.DeviceAttached(attachment, declaration));
    return new Link(attachment);
  }

  private final class Link implements DeviceLink {
    private final long attachment;
    private final AtomicBoolean isGone = new AtomicBoolean();

    Link(long attachment) {
      this.attachment = attachment;
    }

    @Override
    public void result(long token, List<Measurement> measurements, Optional<Errand> errand) {
      tell(new CoordinatorEvent.ResultArrived(attachment, token, measurements, errand));
    }

    @Override
    public void heartbeat(OptionalDouble load1m) {
      tell(new CoordinatorEvent.Heartbeat(attachment, load1m));
    }

    @Override
    public void draining() {
      tell(new CoordinatorEvent.DeviceDraining(attachment));
    }

    @Override
    public void detached(String reason) {
      if (isGone.compareAndSet(false, true)) {
        ports.remove(attachment);
        arrive(new CoordinatorEvent.DeviceDetached(attachment, reason));
      }
    }

    private void tell(CoordinatorEvent event) {
      if (!isGone.get() && ports.containsKey(attachment)) {
        arrive(event);
      }
    }
  }

  // ---- listeners and end

  @Override
  public void addListener(CoordinatorListener listener) {
    listeners.add(listener);
  }

  @Override
  public void removeListener(CoordinatorListener listener) {
    listeners.remove(listener);
  }

  @Override
  public Optional<String> trouble() {
    return trouble;
  }

  @Override
  public CompletionStage<String> halted() {
    return halted.minimalCompletionStage();
  }

  @Override
  public void close() {
    isClosed = true;
    arrivals.add(new Arrival.Stop());
    boolean interrupted = false;
    while (thread.isAlive() && !thread.equals(Thread.currentThread())) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        // The database may be closed once this returns, so the thread must have ended.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- the coordinator's thread

  private void arrive(CoordinatorEvent event) {
    arrivals.add(new Arrival.Happened(event));
  }

  private void run() {
    try {
      long tickNanos = System.nanoTime();
      boolean stopped = false;
      while (!stopped) {
        long untilTick = tickNanos + TICK_EVERY.toNanos() - System.nanoTime();
        Arrival arrival = untilTick <= 0 ? null : arrivals.poll(untilTick, TimeUnit.NANOSECONDS);
        switch (arrival) {
          case null -> {
            tickNanos = System.nanoTime();
            step(new CoordinatorEvent.Tick());
          }
          case Arrival.Happened(CoordinatorEvent event) -> step(event);
          case Arrival.Stop _ -> stopped = true;
        }
        if (System.nanoTime() - refreshedNanos > VIEW_AGE.toNanos()) {
          refreshViews();
        }
      }
    } catch (InterruptedException e) {
      halt("the coordinator's thread was interrupted");
    } catch (RuntimeException | Error e) {
      // The thread's top: whoever waits must learn that nothing is decided any more.
      LOG.error("the coordinator failed", e);
      halt("the coordinator failed: " + e);
    }
    end();
  }

  private void step(CoordinatorEvent event) {
    Instant now = clock.instant();
    for (CoordinatorEffect effect : machine.step(event, now)) {
      perform(effect);
    }
  }

  private void perform(CoordinatorEffect effect) {
    switch (effect) {
      case CoordinatorEffect.Persist(long write, JobChange change) -> persist(write, change);
      case CoordinatorEffect.Prepare wanted -> runner.prepare(wanted);
      case CoordinatorEffect.StepJob wanted -> runner.step(wanted);
      case CoordinatorEffect.Release(PreparedJob prepared) -> {
        var _ = runner.release(prepared);
      }
      case CoordinatorEffect.SendMeasure(long attachment, Lease lease) ->
          port(attachment).ifPresent(port -> port.measure(lease));
      case CoordinatorEffect.Acknowledge(long attachment, long token) ->
          port(attachment).ifPresent(port -> port.acknowledge(token));
      case CoordinatorEffect.Revoke(long attachment, long token) ->
          port(attachment).ifPresent(port -> port.revoke(token));
      case CoordinatorEffect.Dismiss(long attachment, String reason) -> {
        LOG.info("attachment {} is dismissed: {}", attachment, reason);
        DevicePort port = ports.remove(attachment);
        if (port != null) {
          port.dismiss(reason);
        }
      }
      case CoordinatorEffect.NotifyJob(JobNews news) -> {
        if (news instanceof JobNews.Moved(JobId job, JobMove move)) {
          LOG.info("{} is {}, by {}: {}", job, move.to().text(), move.who(), move.why());
          refreshViews();
        }
        listeners.forEach(listener -> listener.news(news));
      }
      case CoordinatorEffect.NotifyDevice(DeviceView device) -> {
        LOG.info(
            "device {} is {}{}",
            device.id(),
            device.status().text(),
            device.quarantine().map(q -> ": " + q.reason()).orElse(""));
        targets.put(device.key(), device.target());
        refreshViews();
        listeners.forEach(listener -> listener.deviceChanged(device));
      }
      case CoordinatorEffect.Reply(long request, Outcome outcome) -> {
        refreshViews();
        CompletableFuture<Outcome> asked = requests.remove(request);
        if (asked != null) {
          asked.complete(outcome);
        }
      }
      case CoordinatorEffect.Halt(String reason) -> halt(reason);
    }
  }

  private Optional<DevicePort> port(long attachment) {
    return Optional.ofNullable(ports.get(attachment));
  }

  private void persist(long write, JobChange change) {
    var _ =
        store
            .store(change)
            .whenComplete(
                (_, failure) ->
                    arrive(
                        failure == null || isThereAlready(change, failure)
                            ? new CoordinatorEvent.Stored(write)
                            : new CoordinatorEvent.StoreFailed(
                                write, String.valueOf(failure.getMessage()), isLasting(failure))));
  }

  /**
   * A record is named by its session and number, which no other one has: where it is there, an
   * earlier attempt was stored although its acknowledgement failed.
   */
  private static boolean isThereAlready(JobChange change, Throwable failure) {
    return (change instanceof JobChange.Measured || change instanceof JobChange.Confirmed)
        && reason(failure).filter(DbException.Reason.DUPLICATE::equals).isPresent();
  }

  /** Whether a later write will fail as well. */
  private static boolean isLasting(Throwable failure) {
    return switch (reason(failure).orElse(DbException.Reason.FAILED)) {
      case CLOSED, CORRUPTED, NEWER_VERSION, NOT_A_DATABASE, READ_ONLY, SECOND_WRITER -> true;
      case BUSY, CONFLICT, DISK_FULL, DUPLICATE, FAILED, MISSING, UNREADABLE, UNWRITABLE -> false;
    };
  }

  private static Optional<DbException.Reason> reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof DbException db ? Optional.of(db.reason()) : Optional.empty();
  }

  private void halt(String reason) {
    LOG.error("the coordinator halts: {}", reason);
    halted.complete(reason);
    Outcome refused = new Outcome.Refused(Outcome.Cause.UNAVAILABLE, reason);
    requests.values().forEach(request -> request.complete(refused));
    requests.clear();
  }

  private void end() {
    isClosed = true;
    ports.values().forEach(port -> port.dismiss("the service stops"));
    ports.clear();
    runner.close();
    requests.values().forEach(request -> request.complete(closedAnswer()));
    requests.clear();
  }

  private static Outcome closedAnswer() {
    return new Outcome.Refused(Outcome.Cause.UNAVAILABLE, "the service stops");
  }

  private void refreshViews() {
    refreshedNanos = System.nanoTime();
    trouble = machine.trouble();
    for (JobId id : machine.takeChangedJobs()) {
      machine.job(id).ifPresentOrElse(view -> jobs.put(id, view), () -> jobs.remove(id));
    }
    for (DeviceId id : machine.takeChangedDevices()) {
      machine.device(id).ifPresent(view -> devices.put(id.text(), view));
    }
  }

  private static RecoveredJob recovered(JobDb store, StoredJob job) {
    return JobState.parse(job.moves().getLast().state()).isEnd()
        ? RecoveredJob.ended(job)
        : RecoveredJob.open(job, store.trials(job.row().number()));
  }

  private static JobView ended(StoredJob job) {
    return LiveJob.restored(RecoveredJob.ended(job)).view();
  }
}
