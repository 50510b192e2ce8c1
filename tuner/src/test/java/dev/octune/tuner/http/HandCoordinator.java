package dev.octune.tuner.http;

import dev.octune.db.job.JobTrial;
import dev.octune.db.record.ConfirmedBest.Figure;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.tuner.coordinator.Coordinator;
import dev.octune.tuner.coordinator.CoordinatorListener;
import dev.octune.tuner.coordinator.DeviceDeclaration;
import dev.octune.tuner.coordinator.DeviceLink;
import dev.octune.tuner.coordinator.DevicePort;
import dev.octune.tuner.coordinator.DeviceView;
import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.coordinator.JobMove;
import dev.octune.tuner.coordinator.JobNews;
import dev.octune.tuner.coordinator.JobSpec;
import dev.octune.tuner.coordinator.JobState;
import dev.octune.tuner.coordinator.JobView;
import dev.octune.tuner.coordinator.Outcome;
import dev.octune.tuner.coordinator.TaskView;
import dev.octune.tuner.job.TaskResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A coordinator whose jobs go on by the test's hand: views and news as the real one has them. */
public final class HandCoordinator implements Coordinator {
  public static final Target TARGET = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1");
  public static final DeviceKey KEY = new DeviceKey("rack");
  public static final DeviceId DEVICE = new DeviceId("rack-1");

  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00.123Z");
  private static final Session SESSION = new Session("s", "a device", "0.1.0", "LLVM 20.1.7");

  private final TreeMap<JobId, JobView> jobs = new TreeMap<>();
  private final List<JobTrial> trials = new ArrayList<>();
  private final List<CoordinatorListener> listeners = new CopyOnWriteArrayList<>();
  private Optional<String> trouble = Optional.empty();
  private Optional<DeviceView.Quarantine> quarantine =
      Optional.of(
          new DeviceView.Quarantine(DeviceView.Cause.WRONG_ANSWER, "out[3] is 7, not 9", NOON));
  private int openJobsLimit = 1000;

  public void limitOpenJobs(int limit) {
    openJobsLimit = limit;
  }

  public int listening() {
    return listeners.size();
  }

  @Override
  public synchronized CompletableFuture<Outcome> submit(JobSpec spec) {
    if (jobs.values().stream().filter(job -> !job.state().isEnd()).count() >= openJobsLimit) {
      return refused(
          Outcome.Cause.QUOTA, "'%s' has as many jobs open as are allowed".formatted(spec.owner()));
    }
    JobId id = new JobId(jobs.size() + 1L);
    JobView job =
        new JobView(
            id,
            spec,
            List.of(move(JobState.QUEUED, spec.owner(), "submitted", 0)),
            JobView.Totals.NONE,
            0,
            Duration.ZERO,
            Optional.empty(),
            0,
            spec.work().tasks().stream()
                .map(task -> new TaskView(task, 0, 0, OptionalDouble.empty(), Optional.empty()))
                .toList());
    jobs.put(id, job);
    tell(new JobNews.Moved(id, job.moves().getLast()));
    return CompletableFuture.completedFuture(new Outcome.Accepted(job));
  }

  /** Moves a job on as the service does. */
  public synchronized JobView moved(JobId id, JobState to, String who, String why) {
    JobView job = known(id);
    List<JobMove> moves = new ArrayList<>(job.moves());
    moves.add(move(to, who, why, moves.size()));
    JobView next = with(job, moves, job.totals(), job.tasks());
    jobs.put(id, next);
    tell(new JobNews.Moved(id, moves.getLast()));
    return next;
  }

  /** A trial of a job's task ends with this time; a negative one fails. */
  public synchronized void trial(JobId id, int task, double nanos) {
    JobView job = known(id);
    TaskView before = job.tasks().get(task);
    Measurement measurement = nanos < 0 ? new Measurement.RunFailed("signal 11") : timed(nanos);
    OptionalDouble best =
        nanos < 0
            ? before.bestNanos()
            : OptionalDouble.of(Math.min(nanos, before.bestNanos().orElse(nanos)));
    Candidate candidate =
        new Candidate(before.task().workload(), TARGET, schedule(job.totals().trials()));
    TaskView after = new TaskView(before.task(), 500, before.trials() + 1, best, before.tuned());
    JobView.Totals totals =
        new JobView.Totals(
            job.totals().trials() + 1, 0, 0, job.totals().runFailures() + (nanos < 0 ? 1 : 0));
    trials.add(
        new JobTrial(
            new TuningRecord(
                SESSION,
                trials.size(),
                TuningRecord.Kind.TRIAL,
                candidate,
                1,
                measurement,
                NOON.plusSeconds(trials.size())),
            DEVICE,
            1));
    jobs.put(id, with(job, job.moves(), totals, replaced(job.tasks(), task, after)));
    tell(new JobNews.TrialEnded(id, task, after.trials(), candidate, DEVICE, measurement, 1, best));
  }

  /** A task of a job is confirmed. */
  public synchronized void confirm(JobId id, int task) {
    JobView job = known(id);
    TaskView before = job.tasks().get(task);
    TaskResult.Tuned tuned =
        new TaskResult.Tuned(
            new Figure(schedule(0), timed(1000)),
            new Figure(schedule(1), timed(500)),
            TaskResult.Source.MEASURED);
    TaskView after =
        new TaskView(before.task(), 500, before.trials(), before.bestNanos(), Optional.of(tuned));
    jobs.put(id, with(job, job.moves(), job.totals(), replaced(job.tasks(), task, after)));
    tell(new JobNews.TaskConfirmed(id, task, tuned));
  }

  @Override
  public CompletableFuture<Outcome> cancel(JobId job, String who, String why) {
    return move(job, JobState.CANCELLED, who, why);
  }

  @Override
  public CompletableFuture<Outcome> pause(JobId job, String who, String why) {
    return move(job, JobState.PAUSED, who, why);
  }

  @Override
  public CompletableFuture<Outcome> resume(JobId job, String who, String why) {
    return move(job, JobState.QUEUED, who, why);
  }

  private synchronized CompletableFuture<Outcome> move(
      JobId id, JobState to, String who, String why) {
    if (!jobs.containsKey(id)) {
      return refused(Outcome.Cause.NOT_FOUND, "there is no job " + id);
    }
    if (known(id).state().isEnd()) {
      return refused(Outcome.Cause.CONFLICT, id + " has ended");
    }
    return CompletableFuture.completedFuture(new Outcome.Accepted(moved(id, to, who, why)));
  }

  @Override
  public synchronized CompletableFuture<Outcome> release(DeviceId device, String who) {
    if (quarantine.isEmpty()) {
      return refused(Outcome.Cause.CONFLICT, device + " is not quarantined");
    }
    quarantine = Optional.empty();
    return CompletableFuture.completedFuture(new Outcome.DeviceChanged(devices().getFirst()));
  }

  @Override
  public synchronized List<JobView> jobs() {
    return List.copyOf(jobs.values());
  }

  @Override
  public synchronized Optional<JobView> job(JobId job) {
    return Optional.ofNullable(jobs.get(job));
  }

  public synchronized List<JobTrial> trials(JobId job) {
    return trials.stream()
        .filter(
            trial ->
                known(job).spec().work().tasks().stream()
                    .anyMatch(task -> task.workload().equals(trial.record().workload())))
        .collect(Collectors.toList());
  }

  @Override
  public synchronized List<DeviceView> devices() {
    return List.of(
        new DeviceView(
            DEVICE,
            KEY,
            TARGET,
            "EPYC 7763, Linux 6.1",
            quarantine.isPresent() ? DeviceView.Status.QUARANTINED : DeviceView.Status.CALIBRATING,
            NOON,
            quarantine,
            0,
            17,
            2.5,
            OptionalDouble.of(812.5),
            1.02,
            OptionalDouble.of(0.25),
            Map.of()));
  }

  @Override
  public Optional<Target> target(DeviceKey key) {
    return key.equals(KEY) ? Optional.of(TARGET) : Optional.empty();
  }

  @Override
  public DeviceLink attach(DeviceDeclaration declaration, DevicePort port) {
    throw new UnsupportedOperationException("nothing attaches here");
  }

  @Override
  public void addListener(CoordinatorListener listener) {
    listeners.add(listener);
  }

  @Override
  public void removeListener(CoordinatorListener listener) {
    listeners.remove(listener);
  }

  /** From now on its store takes nothing, for this reason. */
  public synchronized void fail(String reason) {
    trouble = Optional.of(reason);
  }

  @Override
  public synchronized Optional<String> trouble() {
    return trouble;
  }

  @Override
  public CompletionStage<String> halted() {
    return new CompletableFuture<>();
  }

  @Override
  public void close() {}

  private synchronized JobView known(JobId id) {
    return Objects.requireNonNull(jobs.get(id));
  }

  private void tell(JobNews news) {
    listeners.forEach(listener -> listener.news(news));
  }

  private static CompletableFuture<Outcome> refused(Outcome.Cause cause, String reason) {
    return CompletableFuture.completedFuture(new Outcome.Refused(cause, reason));
  }

  private static JobMove move(JobState to, String who, String why, int number) {
    return new JobMove(to, who, why, NOON.plusSeconds(number));
  }

  private static JobView with(
      JobView job, List<JobMove> moves, JobView.Totals totals, List<TaskView> tasks) {
    return new JobView(
        job.id(),
        job.spec(),
        moves,
        totals,
        100,
        Duration.ofMillis(1500),
        totals.trials() == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(250)),
        1.25,
        tasks);
  }

  private static List<TaskView> replaced(List<TaskView> tasks, int at, TaskView task) {
    List<TaskView> all = new ArrayList<>(tasks);
    all.set(at, task);
    return all;
  }

  private static Schedule schedule(int tile) {
    return Schedule.parse("conv2d_direct/1 leaf=avx2_s16 oc_vectors=2 ow_tile=" + (tile + 1));
  }

  private static Measurement.Timed timed(double nanos) {
    return new Measurement.Timed(
        List.of(new Measurement.Placement(0, List.of(new Measurement.Sample(nanos, 10, false)))),
        Measurement.CacheState.HOT);
  }
}
