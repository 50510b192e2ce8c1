package dev.octune.tuner.coordinator;

import dev.octune.db.job.JobProgress;
import dev.octune.db.job.TaskOutcome;
import dev.octune.db.record.Session;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.job.TaskResult;
import dev.octune.tuner.task.TuningTask;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A job that has not ended. What {@link #view} shows of it is durable. */
final class LiveJob {
  /**
   * Stored trials that a result delivered again may be one of. A worker keeps what was not
   * acknowledged: at most what was given to it since the last commit, some hundred.
   */
  static final int RECALLED = 4096;

  private final JobId id;
  private final JobSpec spec;
  private final List<JobMove> moves = new ArrayList<>();
  private final List<TaskState> tasks = new ArrayList<>();
  private final Map<Workload, Integer> taskOfWorkload = new HashMap<>();

  private JobView.Totals totals = JobView.Totals.NONE;
  private int plannedTrials;
  private int trialsUnderWay;
  private int trialsBefore;
  private long activeNanos;
  private OptionalLong firstResultNanos = OptionalLong.empty();
  private double deviceSeconds;
  private JobProgress storedProgress = JobProgress.NONE;

  // While it is in memory.
  private Phase phase = Phase.WAITING;
  private @Nullable PreparedJob prepared;
  private final Deque<Work> wanted = new ArrayDeque<>();
  private final Set<LiveLease> leases = new LinkedHashSet<>();
  private final Map<Integer, Answered> trialAnswers = new LinkedHashMap<>();
  private final Map<Integer, Answered> defaultAnswers = new LinkedHashMap<>();

  /** Trials of an earlier life that its machine is being told of. */
  private final Map<Candidate, Work.Answer> brought = new LinkedHashMap<>();

  /** What other jobs have stored since this one was prepared from the store. */
  private final Map<Candidate, Measurement> news = new LinkedHashMap<>();

  /** Results of an earlier life that its machine has not asked for yet. */
  private final Map<Errand, Work.Answer> kept = new LinkedHashMap<>();

  /** The newest trials and defaults that are durable, of a job that an earlier process began. */
  private final Set<Candidate> recalled = new LinkedHashSet<>();

  /** And what was measured for its durable confirmations. */
  private final Set<Candidate> recalledConfirmed = new LinkedHashSet<>();

  private boolean isRestored;
  private final Map<Origin, RecordNumbers> sessions = new HashMap<>();

  /** Survives that the job is let go of: kernels that kill devices must not do so for ever. */
  private final Map<List<Candidate>, Integer> losses = new HashMap<>();

  private long waitsSinceNanos;
  private long activeAtNanos;
  private long progressAtNanos;
  private long queuedNanos;
  private long activeSinceNanos;
  private long servedNanos;
  private long preparation;

  // On its way to another state, or to the store.
  private int openWrites;
  private Optional<Leaving> leaving = Optional.empty();
  private final Deque<CoordinatorEvent> deferred = new ArrayDeque<>();

  LiveJob(JobId id, JobSpec spec) {
    this.id = id;
    this.spec = spec;
    for (TuningTask task : spec.work().tasks()) {
      taskOfWorkload.put(task.workload(), tasks.size());
      tasks.add(new TaskState(task));
    }
  }

  /** A job of an earlier process, with what its stored trials tell. */
  static LiveJob restored(RecoveredJob recovered) {
    LiveJob job = new LiveJob(recovered.id(), recovered.spec());
    job.moves.addAll(recovered.moves());
    job.totals = recovered.totals();
    JobProgress progress = recovered.progress();
    job.plannedTrials = progress.plannedTrials();
    job.activeNanos = Duration.ofMillis(progress.activeMillis()).toNanos();
    progress
        .firstResultMillis()
        .ifPresent(
            millis -> job.firstResultNanos = OptionalLong.of(Duration.ofMillis(millis).toNanos()));
    job.deviceSeconds = progress.deviceSeconds();
    job.storedProgress = progress;
    for (int t = 0; t < job.tasks.size(); t++) {
      TaskState task = job.tasks.get(t);
      RecoveredJob.Task known = recovered.tasks().get(t);
      task.spaceSize = known.spaceSize();
      task.trials = known.trials();
      task.bestNanos = known.bestNanos();
      task.tuned = known.tuned();
    }
    job.isRestored = true;
    job.recalled.addAll(recovered.newest());
    job.recalledConfirmed.addAll(recovered.confirmed());
    return job;
  }

  /** A measurement on its way to the store. */
  record Answered(Candidate candidate, Work.Answer answer) {}

  /** Whether it is in memory with its model. */
  enum Phase {
    WAITING,
    /** Its spaces are enumerated and its trials read. */
    PREPARING,
    /** Its machine decides. */
    ACTIVE
  }

  /**
   * It is about to come into another state, once what is on its way to the store is there.
   *
   * @param request to be answered
   * @param results that it takes over from earlier jobs
   */
  record Leaving(
      JobState to,
      String who,
      String why,
      Optional<Long> request,
      Map<Integer, TaskResult.Tuned> results,
      boolean isWritten) {}

  /** Where a task stands. */
  private static final class TaskState {
    private final TuningTask task;
    private int spaceSize;
    private int trials;
    private OptionalDouble bestNanos = OptionalDouble.empty();
    private Optional<TaskResult.Tuned> tuned = Optional.empty();

    private TaskState(TuningTask task) {
      this.task = task;
    }

    private TaskView view() {
      return new TaskView(task, spaceSize, trials, bestNanos, tuned);
    }
  }

  /** A session of this job and the numbers of its records. */
  static final class RecordNumbers {
    private final Session session;
    private int next;

    RecordNumbers(Session session) {
      this.session = session;
    }

    Session session() {
      return session;
    }

    int next() {
      return next++;
    }
  }

  JobId id() {
    return id;
  }

  JobSpec spec() {
    return spec;
  }

  String owner() {
    return spec.owner();
  }

  JobState state() {
    return moves.getLast().to();
  }

  int moveCount() {
    return moves.size();
  }

  void moved(JobMove move) {
    moves.add(move);
  }

  // ---- in memory

  Phase phase() {
    return phase;
  }

  void activate(long nanos) {
    phase = Phase.ACTIVE;
    activeSinceNanos = nanos;
    activeAtNanos = nanos;
    progressAtNanos = nanos;
  }

  Optional<PreparedJob> prepared() {
    return Optional.ofNullable(prepared);
  }

  void prepare(PreparedJob ready) {
    prepared = ready;
    trialsBefore = totals.trials();
    for (int t = 0; t < tasks.size(); t++) {
      tasks.get(t).spaceSize = ready.spaceSizes().get(t);
    }
  }

  /**
   * Forgets all that is not durable and that nobody delivers again; what it was prepared with is to
   * be released.
   */
  Optional<PreparedJob> letGo() {
    Optional<PreparedJob> held = prepared();
    prepared = null;
    phase = Phase.WAITING;
    trialAnswers.clear();
    defaultAnswers.clear();
    news.clear();
    return held;
  }

  Deque<Work> wanted() {
    return wanted;
  }

  Set<LiveLease> leases() {
    return leases;
  }

  Map<Integer, Answered> trialAnswers() {
    return trialAnswers;
  }

  Map<Integer, Answered> defaultAnswers() {
    return defaultAnswers;
  }

  Map<Candidate, Work.Answer> brought() {
    return brought;
  }

  Map<Candidate, Measurement> news() {
    return news;
  }

  Map<Errand, Work.Answer> kept() {
    return kept;
  }

  /** Whether what an errand brings is known to be durable already. */
  boolean recalls(Errand errand) {
    return switch (errand.kind()) {
      case TRIAL, DEFAULT -> recalled.contains(errand.candidates().getFirst());
      case CONFIRMATION -> recalledConfirmed.containsAll(errand.candidates());
    };
  }

  /** A trial or a default has become durable. */
  void recall(Candidate candidate) {
    recall(candidate, recalled);
  }

  /** A confirmation has become durable. */
  void recall(List<Candidate> confirmed) {
    confirmed.forEach(candidate -> recall(candidate, recalledConfirmed));
  }

  private void recall(Candidate candidate, Set<Candidate> newest) {
    // What this process began no other one gave leases of.
    if (isRestored && newest.add(candidate) && newest.size() > RECALLED) {
      newest.remove(newest.iterator().next());
    }
  }

  /** Whether an earlier process began it: devices may have results of it that are not stored. */
  boolean isRestored() {
    return isRestored;
  }

  /** Works that wait for a device, or that one holds. */
  Stream<Work> open() {
    return Stream.concat(wanted.stream(), leases.stream().map(LiveLease::work))
        .filter(Work::isOpen);
  }

  /** How often devices went away over a measurement, this time included. */
  int lostOver(List<Candidate> candidates) {
    return losses.merge(candidates, 1, Integer::sum);
  }

  /** A measurement has ended. */
  void endedOver(List<Candidate> candidates) {
    losses.remove(candidates);
  }

  Map<Origin, RecordNumbers> sessions() {
    return sessions;
  }

  /** Since when it has had work and was given none. */
  long waitsSinceNanos() {
    return waitsSinceNanos;
  }

  void waitsSince(long nanos) {
    waitsSinceNanos = nanos;
  }

  /** Since when it has been waiting for its turn in memory. */
  long queuedNanos() {
    return queuedNanos;
  }

  void queuedAt(long nanos) {
    queuedNanos = nanos;
  }

  /** Since when its machine decides. */
  long activeSinceNanos() {
    return activeSinceNanos;
  }

  /** When a device of its key was last there. */
  long servedNanos() {
    return servedNanos;
  }

  void servedAt(long nanos) {
    servedNanos = nanos;
  }

  /** Begins to prepare it; the number tells this preparation from those before. */
  long beginPreparation() {
    phase = Phase.PREPARING;
    return ++preparation;
  }

  boolean awaits(long preparationNumber) {
    return phase == Phase.PREPARING && prepared == null && preparation == preparationNumber;
  }

  // ---- transitions

  Optional<Leaving> leaving() {
    return leaving;
  }

  void leaving(Optional<Leaving> next) {
    leaving = next;
  }

  Deque<CoordinatorEvent> deferred() {
    return deferred;
  }

  void writing() {
    openWrites++;
  }

  void written() {
    openWrites--;
  }

  boolean isQuiet() {
    return openWrites == 0;
  }

  // ---- what it has done

  /** The task of a workload. */
  int taskOf(Workload workload) {
    Integer task = taskOfWorkload.get(workload);
    if (task == null) {
      throw new IllegalStateException(id + " has no task '" + workload + "'");
    }
    return task;
  }

  /** Time passes; it counts where devices of its key are there. */
  void accrue(long nanos, boolean isServed) {
    if (isServed && phase == Phase.ACTIVE) {
      activeNanos += nanos - activeAtNanos;
    }
    activeAtNanos = nanos;
  }

  Duration activeTime() {
    return Duration.ofNanos(activeNanos);
  }

  void charge(double seconds) {
    deviceSeconds += seconds;
  }

  /** What its machine, which knows only what came since it was prepared, still plans. */
  void plan(int trials) {
    plannedTrials = trialsBefore + trials;
  }

  /** Something was timed for the first time; true where that is news. */
  boolean timed() {
    if (firstResultNanos.isPresent()) {
      return false;
    }
    firstResultNanos = OptionalLong.of(activeNanos);
    return true;
  }

  /** Whether another trial may count: those that are durable, or on their way there, all do. */
  boolean hasRoomForTrial() {
    OptionalInt budget = spec.budget().newTrials();
    return budget.isEmpty() || totals.trials() + trialsUnderWay < budget.getAsInt();
  }

  /** A trial is on its way to the store; {@link #count} says when it is there. */
  void storingTrial() {
    trialsUnderWay++;
  }

  /** A trial is durable. */
  void count(int index, Measurement own, double factor) {
    trialsUnderWay--;
    TaskState task = tasks.get(index);
    task.trials++;
    totals = totals.with(own);
    if (own instanceof Measurement.Timed timed) {
      double nanos = timed.medianNanos() * factor;
      if (task.bestNanos.isEmpty() || nanos < task.bestNanos.getAsDouble()) {
        task.bestNanos = OptionalDouble.of(nanos);
      }
    }
  }

  boolean hasTask(Workload workload) {
    return taskOfWorkload.containsKey(workload);
  }

  int trials(int task) {
    return tasks.get(task).trials;
  }

  int trials() {
    return totals.trials();
  }

  OptionalDouble bestNanos(int task) {
    return tasks.get(task).bestNanos;
  }

  Optional<TaskResult.Tuned> tuned(int task) {
    return tasks.get(task).tuned;
  }

  void tuned(int task, TaskResult.Tuned result) {
    tasks.get(task).tuned = Optional.of(result);
  }

  /** A task's standing for the store. */
  TaskOutcome outcome(int index, Optional<TaskResult.Tuned> tuned) {
    TaskState task = tasks.get(index);
    return new TaskOutcome(
        index, task.spaceSize, task.trials, task.bestNanos, tuned.map(StoredForms::outcome));
  }

  /** All tasks' standing, with results that it has not taken over yet. */
  List<TaskOutcome> outcomes(Map<Integer, TaskResult.Tuned> more) {
    List<TaskOutcome> outcomes = new ArrayList<>();
    for (int t = 0; t < tasks.size(); t++) {
      outcomes.add(outcome(t, tasks.get(t).tuned.or(tunedOf(more, t))));
    }
    return outcomes;
  }

  private static Supplier<Optional<TaskResult.Tuned>> tunedOf(
      Map<Integer, TaskResult.Tuned> results, int task) {
    return () -> Optional.ofNullable(results.get(task));
  }

  // ---- progress

  JobProgress progress() {
    return new JobProgress(
        totals.trials(),
        totals.wrongAnswers(),
        totals.buildFailures(),
        totals.runFailures(),
        plannedTrials,
        activeTime().toMillis(),
        firstResultNanos.isPresent()
            ? OptionalLong.of(Duration.ofNanos(firstResultNanos.getAsLong()).toMillis())
            : OptionalLong.empty(),
        deviceSeconds);
  }

  void stored(JobProgress progress) {
    storedProgress = progress;
  }

  long progressAtNanos() {
    return progressAtNanos;
  }

  void progressAt(long nanos) {
    progressAtNanos = nanos;
  }

  /** New trials that its budget asks for, as far as it says so. */
  static long asked(JobSpec spec) {
    OptionalInt perTask = spec.budget().trialsPerTask();
    if (spec.budget().newTrials().isPresent()) {
      return spec.budget().newTrials().getAsInt();
    }
    return perTask.isPresent() ? (long) perTask.getAsInt() * spec.work().tasks().size() : 0;
  }

  JobView view() {
    return new JobView(
        id,
        spec,
        moves,
        totals,
        storedProgress.plannedTrials(),
        Duration.ofMillis(storedProgress.activeMillis()),
        storedProgress.firstResultMillis().isPresent()
            ? Optional.of(Duration.ofMillis(storedProgress.firstResultMillis().getAsLong()))
            : Optional.empty(),
        storedProgress.deviceSeconds(),
        tasks.stream().map(TaskState::view).toList());
  }
}
