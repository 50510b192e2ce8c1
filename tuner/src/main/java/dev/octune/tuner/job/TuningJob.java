package dev.octune.tuner.job;

import dev.octune.db.record.ConfirmedBest.Figure;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.tuner.schedule.TaskProgress;
import dev.octune.tuner.schedule.TaskScheduler;
import dev.octune.tuner.schedule.Turn;
import dev.octune.tuner.search.Observation;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The decisions of one job: which task gets the next batch, when to stop, what to confirm. A pure
 * function of its events and their times: {@code step(event, now) → effects}.
 *
 * <p>Trials run in batches. Batch k is proposed when batch k−2 is complete, from the results of
 * batches ≤ k−2 in candidate order, so that building and measuring overlap while the same
 * measurements always lead to the same proposals. Not thread-safe; one thread steps it.
 */
public final class TuningJob {
  /** Batches proposed and not complete: one being measured, one being built. */
  private static final int MAX_OPEN_BATCHES = 2;

  /**
   * Trials in a row that ended because the device went away. A killed child costs one or two; this
   * many mean that nothing on this machine can build or run, and going on would only fill the
   * database.
   */
  private static final int MAX_LOSSES_IN_A_ROW = 24;

  /** Schedules besides the default that go into the final confirmation. */
  private static final int CONFIRMED_SCHEDULES = 3;

  private final List<TaskState> tasks = new ArrayList<>();
  private final Budget budget;
  private final TaskScheduler scheduler;
  private final Instant start;
  private final Map<Integer, Trial> trials = new HashMap<>();
  private final Deque<List<Integer>> openBatches = new ArrayDeque<>();
  private final Set<Integer> openBrought = new LinkedHashSet<>();
  private final Set<Integer> openDefaults = new LinkedHashSet<>();
  private final Map<Integer, List<Candidate>> openConfirmations = new HashMap<>();
  private int nextTrial;
  private int proposedTrials;
  private int countedTrials;
  private int wrongAnswers;
  private int buildFailures;
  private int runFailures;
  private int lossesInARow;
  private boolean hasBegun;
  private boolean confirming;
  private boolean finished;
  private Optional<String> stopped = Optional.empty();

  /**
   * A job that has not begun.
   *
   * @param start when its time budget began to run
   */
  public TuningJob(List<TaskPlan> plans, Budget budget, Instant start) {
    this(plans, budget, start, TaskScheduler.DEFAULT_BATCH_TRIALS);
  }

  /**
   * A job that has not begun, for several devices.
   *
   * @param start when its time budget began to run
   * @param batchTrials of a full batch; two of them are open at once
   */
  public TuningJob(List<TaskPlan> plans, Budget budget, Instant start, int batchTrials) {
    plans.forEach(plan -> tasks.add(new TaskState(plan)));
    this.budget = budget;
    this.scheduler = new TaskScheduler(budget.newTrials().orElse(Integer.MAX_VALUE), batchTrials);
    this.start = start;
  }

  /** Takes one event; returns what is to be done now. */
  public List<Effect> step(Event event, Instant now) {
    List<Effect> effects = new ArrayList<>();
    switch (event) {
      case Event.Started _ -> hasBegun = true;
      case Event.Tick _ -> {}
      case Event.TrialMeasured(int trial, Measurement measurement) -> {
        Trial measured = trials.get(trial);
        if (measured != null && measured.measurement.isEmpty()) {
          measured.measurement = Optional.of(measurement);
          effects.add(new Effect.StoreTrial(trial, measured.candidate, measurement));
        }
      }
      case Event.TrialStored(int trial) -> count(trial, effects);
      case Event.TrialBrought(Candidate candidate, Measurement measurement) ->
          bring(candidate, measurement, effects);
      case Event.TrialKnown(int trial, Measurement measurement) -> {
        Trial known = trials.get(trial);
        if (known != null && known.isOpen()) {
          endKnown(known, measurement);
        }
      }
      case Event.Learned(Candidate candidate, Measurement measurement) ->
          learn(candidate, measurement);
      case Event.TrialWithdrawn(int trial) -> {
        Trial withdrawn = trials.get(trial);
        if (withdrawn != null && withdrawn.measurement.isEmpty()) {
          withdrawn.withdrawn = true;
        }
      }
      case Event.DefaultWithdrawn(int task) -> openDefaults.remove(task);
      case Event.DefaultMeasured(int task, Measurement measurement) -> {
        if (openDefaults.remove(task)) {
          TaskState state = tasks.get(task);
          state.improve(state.plan.defaultSchedule(), measurement);
          state.byDefault = Optional.of(measurement);
          effects.add(
              new Effect.StoreDefault(
                  state.plan.candidate(state.plan.defaultSchedule()), measurement));
        }
      }
      case Event.ConfirmationMeasured(int task, List<Measurement> measurements) ->
          confirmed(task, measurements, effects);
      case Event.ResultStored(int task) -> openConfirmations.remove(task);
      case Event.StopRequested(String reason) -> {
        if (stopped.isEmpty() && !finished) {
          stopped = Optional.of(reason);
          effects.add(new Effect.CancelQueued());
        }
      }
    }
    advance(now, effects);
    return effects;
  }

  /** Progress for people: best so far, trials and the task that is being measured. */
  public Progress progress() {
    int current = openBatches.isEmpty() ? -1 : taskOf(openBatches.getFirst());
    return new Progress(
        tasks.size(),
        countedTrials,
        plannedTrials(),
        current < 0 ? Optional.empty() : Optional.of(tasks.get(current).progress(current)),
        confirming);
  }

  private void bring(Candidate candidate, Measurement measurement, List<Effect> effects) {
    Optional<Integer> proposed = openTrial(candidate);
    if (proposed.isPresent()) {
      trial(proposed.get()).measurement = Optional.of(measurement);
      effects.add(new Effect.StoreTrial(proposed.get(), candidate, measurement));
      return;
    }
    Optional<Integer> index = taskOf(candidate);
    if (index.isEmpty() || finished || confirming || stopped.isPresent()) {
      return;
    }
    TaskState task = tasks.get(index.get());
    if (proposedTrials >= budget.newTrials().orElse(Integer.MAX_VALUE) || remaining(task) < 1) {
      return;
    }
    Trial trial = new Trial(index.get(), candidate);
    trial.measurement = Optional.of(measurement);
    int ordinal = nextTrial++;
    trials.put(ordinal, trial);
    openBrought.add(ordinal);
    proposedTrials++;
    task.proposed++;
    task.observe(List.of(new Observation(candidate.schedule(), measurement)));
    effects.add(new Effect.StoreTrial(ordinal, candidate, measurement));
  }

  private void learn(Candidate candidate, Measurement measurement) {
    Optional<Integer> proposed = openTrial(candidate);
    if (proposed.isPresent()) {
      endKnown(trial(proposed.get()), measurement);
      return;
    }
    taskOf(candidate)
        .ifPresent(
            index -> {
              TaskState task = tasks.get(index);
              task.plan
                  .strategy()
                  .observe(List.of(new Observation(candidate.schedule(), measurement)));
              task.improve(candidate.schedule(), measurement);
            });
  }

  /** It ends without being counted; the budget may be spent on another one. */
  private void endKnown(Trial trial, Measurement measurement) {
    trial.measurement = Optional.of(measurement);
    trial.known = true;
    proposedTrials--;
    TaskState task = tasks.get(trial.task);
    task.proposed--;
    task.improve(trial.candidate.schedule(), measurement);
  }

  private Optional<Integer> openTrial(Candidate candidate) {
    return trials.entrySet().stream()
        .filter(entry -> entry.getValue().isOpen())
        .filter(entry -> entry.getValue().candidate.equals(candidate))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private Optional<Integer> taskOf(Candidate candidate) {
    for (int i = 0; i < tasks.size(); i++) {
      if (tasks.get(i).plan.task().workload().equals(candidate.workload())
          && tasks.get(i).plan.target().equals(candidate.target())) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  private void count(int ordinal, List<Effect> effects) {
    Trial trial = trials.get(ordinal);
    if (trial == null || trial.stored) {
      return;
    }
    trial.stored = true;
    countedTrials++;
    TaskState task = tasks.get(trial.task);
    task.counted++;
    Measurement measurement = trial.measurement.orElseThrow();
    if (measurement instanceof Measurement.DeviceLost(String reason)) {
      if (++lossesInARow == MAX_LOSSES_IN_A_ROW) {
        finished = true;
        effects.add(
            new Effect.Fail(
                "the device is lost, %d trials in a row: %s".formatted(lossesInARow, reason)));
      }
    } else {
      lossesInARow = 0;
    }
    switch (measurement) {
      case Measurement.Timed _ -> task.improve(trial.candidate.schedule(), measurement);
      case Measurement.WrongAnswer _ -> wrongAnswers++;
      case Measurement.BuildFailed _ -> buildFailures++;
      case Measurement.RunFailed _, Measurement.TimedOut _, Measurement.DeviceLost _ ->
          runFailures++;
    }
    if (openBrought.remove(ordinal)) {
      trials.remove(ordinal);
    }
  }

  private void advance(Instant now, List<Effect> effects) {
    if (finished || !hasBegun) {
      return;
    }
    boolean observed;
    do {
      // Batch by batch: a proposal must know no more than batch k−2, however much has come in.
      observed = observeOldest();
      while (!confirming && openBatches.size() < MAX_OPEN_BATCHES && mayPropose(now)) {
        nextTurn().ifPresent(turn -> propose(turn, effects));
      }
    } while (observed);
    if (!openBatches.isEmpty() || !openDefaults.isEmpty() || !openBrought.isEmpty()) {
      return;
    }
    if (!confirming && !mayPropose(now)) {
      startConfirmation(effects);
    }
    if (confirming && openConfirmations.isEmpty()) {
      finished = true;
      effects.add(new Effect.Finish(result()));
    }
  }

  /** Hands the oldest batch to its strategy once it is complete, and forgets its trials. */
  private boolean observeOldest() {
    if (openBatches.isEmpty()
        || !openBatches.getFirst().stream().allMatch(this::ended)
        || openDefaults.contains(taskOf(openBatches.getFirst()))) {
      return false;
    }
    List<Integer> batch = openBatches.removeFirst();
    TaskState task = tasks.get(taskOf(batch));
    List<Observation> observations = new ArrayList<>();
    for (int ordinal : batch) {
      Trial trial = trial(ordinal);
      trial.measurement.ifPresent(
          measurement ->
              observations.add(new Observation(trial.candidate.schedule(), measurement)));
    }
    task.observe(observations);
    batch.forEach(trials::remove);
    return true;
  }

  private boolean ended(int ordinal) {
    Trial trial = trial(ordinal);
    return trial.stored || trial.withdrawn || trial.known;
  }

  private boolean mayPropose(Instant now) {
    return stopped.isEmpty()
        && budget.time().map(time -> now.isBefore(start.plus(time))).orElse(true)
        && nextTurn().isPresent();
  }

  private Optional<Turn> nextTurn() {
    return scheduler.next(
        tasks.stream()
            .map(
                task ->
                    new TaskProgress(
                        task.plan.task().uses(), task.proposed, task.history, remaining(task)))
            .toList());
  }

  /** What the space and the budget per task still allow. */
  private int remaining(TaskState task) {
    int perTask = budget.trialsPerTask().orElse(Integer.MAX_VALUE);
    int left = Math.max(0, perTask - task.plan.knownTrials() - task.proposed);
    return Math.min(left, task.plan.strategy().remaining());
  }

  private int plannedTrials() {
    long planned = proposedTrials;
    for (TaskState task : tasks) {
      planned += remaining(task);
    }
    return (int) Math.min(planned, budget.newTrials().orElse(Integer.MAX_VALUE));
  }

  private void propose(Turn turn, List<Effect> effects) {
    TaskState task = tasks.get(turn.task());
    List<Schedule> schedules = task.plan.strategy().propose(turn.trials());
    if (schedules.isEmpty()) {
      throw new IllegalStateException(
          "the strategy of '%s' has %d schedules left and proposes none"
              .formatted(task.plan.task().workload(), task.plan.strategy().remaining()));
    }
    if (!task.started && !task.plan.standing().isDefaultMeasured()) {
      task.started = true;
      openDefaults.add(turn.task());
      effects.add(
          new Effect.MeasureDefault(turn.task(), task.plan.candidate(task.plan.defaultSchedule())));
    }
    List<Integer> batch = new ArrayList<>();
    for (Schedule schedule : schedules) {
      int ordinal = nextTrial++;
      proposedTrials++;
      Candidate candidate = task.plan.candidate(schedule);
      trials.put(ordinal, new Trial(turn.task(), candidate));
      batch.add(ordinal);
      effects.add(new Effect.MeasureTrial(ordinal, candidate, task.bestNanos()));
    }
    task.proposed += schedules.size();
    openBatches.addLast(batch);
  }

  private void startConfirmation(List<Effect> effects) {
    confirming = true;
    for (int i = 0; i < tasks.size(); i++) {
      TaskState task = tasks.get(i);
      List<Candidate> candidates = task.confirmationCandidates();
      if (task.needsConfirmation()) {
        openConfirmations.put(i, candidates);
        effects.add(new Effect.Confirm(i, candidates));
      }
    }
  }

  private void confirmed(int index, List<Measurement> measurements, List<Effect> effects) {
    List<Candidate> candidates = openConfirmations.get(index);
    if (candidates == null) {
      return;
    }
    List<Figure> right = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      if (measurements.get(i) instanceof Measurement.Timed timed) {
        right.add(new Figure(candidates.get(i).schedule(), timed));
      }
    }
    TaskState task = tasks.get(index);
    Schedule defaultSchedule = task.plan.defaultSchedule();
    Optional<Figure> byDefault =
        right.stream().filter(c -> c.schedule().equals(defaultSchedule)).findFirst();
    if (byDefault.isEmpty()) {
      // Without the default beside it no figure may be claimed; the trials stay in the database.
      openConfirmations.remove(index);
      return;
    }
    Figure best = right.stream().min(Comparator.comparingDouble(Figure::medianNanos)).orElseThrow();
    boolean defaultWins = best.medianNanos() >= byDefault.get().medianNanos();
    TaskResult.Tuned tuned =
        new TaskResult.Tuned(
            byDefault.get(),
            defaultWins ? byDefault.get() : best,
            defaultWins ? TaskResult.Source.DEFAULT : TaskResult.Source.MEASURED);
    task.tuned = Optional.of(tuned);
    effects.add(new Effect.StoreResult(index, candidates, measurements, tuned));
  }

  private JobResult result() {
    List<TaskResult> results = new ArrayList<>();
    for (TaskState task : tasks) {
      results.add(
          new TaskResult(
              task.plan.task(),
              task.plan.spaceSize(),
              task.counted,
              task.tuned.or(task.plan::stored)));
    }
    return new JobResult(results, countedTrials, wrongAnswers, buildFailures, runFailures, stopped);
  }

  private Trial trial(int ordinal) {
    Trial trial = trials.get(ordinal);
    if (trial == null) {
      throw new IllegalStateException("trial " + ordinal + " is not open");
    }
    return trial;
  }

  private int taskOf(List<Integer> batch) {
    return trial(batch.getFirst()).task;
  }

  private static final class Trial {
    private final int task;
    private final Candidate candidate;
    private Optional<Measurement> measurement = Optional.empty();
    private boolean stored;
    private boolean withdrawn;

    /** Another job has measured it. */
    private boolean known;

    private Trial(int task, Candidate candidate) {
      this.task = task;
      this.candidate = candidate;
    }

    private boolean isOpen() {
      return measurement.isEmpty() && !withdrawn;
    }
  }

  private static final class TaskState {
    private final TaskPlan plan;
    private final List<TaskPlan.Known> best = new ArrayList<>();
    private final List<Double> history = new ArrayList<>();
    private Optional<Measurement> byDefault = Optional.empty();
    private boolean started;
    private int proposed;
    private int counted;
    private Optional<TaskResult.Tuned> tuned = Optional.empty();

    private TaskState(TaskPlan plan) {
      this.plan = plan;
      plan.known().forEach(this::keep);
      bestNanos().ifPresent(history::add);
    }

    private void improve(Schedule schedule, Measurement measurement) {
      if (measurement instanceof Measurement.Timed timed) {
        keep(new TaskPlan.Known(schedule, timed.medianNanos()));
      }
    }

    /** Keeps the few best only, so that a long job does not grow. */
    private void keep(TaskPlan.Known known) {
      best.removeIf(
          b -> b.schedule().equals(known.schedule()) && b.medianNanos() >= known.medianNanos());
      best.add(known);
      best.sort(Comparator.comparingDouble(TaskPlan.Known::medianNanos));
      while (best.size() > CONFIRMED_SCHEDULES + 1) {
        best.removeLast();
      }
    }

    private void observe(List<Observation> observations) {
      plan.strategy().observe(observations);
      learn(observations);
    }

    /** What the scheduler may know: the default and observed batches, whatever else has come in. */
    private void learn(List<Observation> observations) {
      double known = history.isEmpty() ? Double.MAX_VALUE : history.getLast();
      if (byDefault.isPresent() && byDefault.get() instanceof Measurement.Timed timed) {
        known = Math.min(known, timed.medianNanos());
      }
      for (Observation observation : observations) {
        if (observation.measurement() instanceof Measurement.Timed timed) {
          known = Math.min(known, timed.medianNanos());
        }
      }
      if (known < Double.MAX_VALUE) {
        history.add(known);
      }
    }

    private OptionalDouble bestNanos() {
      return best.isEmpty()
          ? OptionalDouble.empty()
          : OptionalDouble.of(best.getFirst().medianNanos());
    }

    /** New trials may have found something better; a task without a result gets one. */
    private boolean needsConfirmation() {
      return counted > 0 || plan.standing().isUnconfirmed() || plan.stored().isEmpty();
    }

    /** The default first, then the best of all jobs, the stored best among them. */
    private List<Candidate> confirmationCandidates() {
      Set<Schedule> schedules = new LinkedHashSet<>();
      schedules.add(plan.defaultSchedule());
      best.stream().limit(CONFIRMED_SCHEDULES).forEach(b -> schedules.add(b.schedule()));
      plan.stored().ifPresent(s -> schedules.add(s.best().schedule()));
      return schedules.stream().map(plan::candidate).toList();
    }

    private Progress.Current progress(int index) {
      return new Progress.Current(
          index, plan.task().workload(), plan.knownTrials() + counted, bestNanos());
    }
  }
}
