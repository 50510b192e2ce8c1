package dev.octune.tuner.coordinator;

import dev.octune.db.job.JobChange;
import dev.octune.db.job.JobProgress;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.tuner.coordinator.LiveJob.Leaving;
import dev.octune.tuner.coordinator.LiveJob.Phase;
import dev.octune.tuner.coordinator.Work.Ask;
import dev.octune.tuner.job.Effect;
import dev.octune.tuner.job.Event;
import dev.octune.tuner.job.JobResult;
import dev.octune.tuner.job.TaskResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The jobs: what their owners want of them, what their machines decide, what became of it. */
final class JobDesk implements Fleet.Requester {
  /** Ended jobs that stay in memory; older ones are in the database. */
  static final int KEPT_ENDED = 1000;

  /** A running job whose devices have been gone for so long makes room for others. */
  static final Duration IDLE_LIMIT = Duration.ofMinutes(1);

  /** A restart loses at most so much of a job's time. */
  private static final Duration PROGRESS_EVERY = Duration.ofSeconds(5);

  /** Jobs look at the time this often. */
  private static final Duration TICK_EVERY = Duration.ofSeconds(1);

  private final CoordinatorSettings settings;
  private final Ledger ledger;
  private final String instance;
  private final Map<JobId, LiveJob> jobs = new TreeMap<>();
  private final Map<JobId, JobView> ended = new LinkedHashMap<>();
  private final Map<JobId, JobSpec> submitting = new HashMap<>();
  private final Set<JobId> changed = new HashSet<>();
  private final Confirmations confirmations = new Confirmations();
  private final Flights flights = new Flights();
  private final Admission admission;
  private Fleet fleet;
  private long lastJob;
  private long lastSession;
  private long lastTickNanos;

  /**
   * A desk with the jobs of an earlier process.
   *
   * @param instance of this process; no other one has the same
   */
  @SuppressWarnings("NullAway.Init") // The fleet and the desk know each other.
  JobDesk(
      CoordinatorSettings settings,
      Ledger ledger,
      String instance,
      List<RecoveredJob> recovered,
      long lastJob) {
    this.settings = settings;
    this.ledger = ledger;
    this.instance = instance;
    this.lastJob = lastJob;
    this.admission = new Admission(settings.maxRunningJobs());
    for (RecoveredJob job : recovered) {
      LiveJob live = LiveJob.restored(job);
      if (live.state().isEnd()) {
        ended.put(live.id(), live.view());
      } else {
        jobs.put(live.id(), live);
      }
      changed.add(live.id());
    }
  }

  void use(Fleet newFleet) {
    fleet = newFleet;
  }

  // ---- what others see

  Optional<JobView> view(JobId id) {
    LiveJob job = jobs.get(id);
    return job == null ? Optional.ofNullable(ended.get(id)) : Optional.of(job.view());
  }

  /** Jobs whose views may be others since the last call; some are gone. */
  Set<JobId> takeChanged() {
    Set<JobId> taken = Set.copyOf(changed);
    changed.clear();
    return taken;
  }

  // ---- requests

  void submit(Moment moment, long request, JobSpec spec) {
    Optional<Outcome.Refused> refusal = refusal(spec);
    if (refusal.isPresent()) {
      moment.decide(new CoordinatorEffect.Reply(request, refusal.get()));
      return;
    }
    JobId id = new JobId(++lastJob);
    JobMove move = new JobMove(JobState.QUEUED, spec.owner(), "submitted", moment.wall());
    submitting.put(id, spec);
    ledger.attempt(
        moment,
        new JobChange.Submitted(StoredForms.row(id, spec), StoredForms.row(move)),
        then -> {
          submitting.remove(id);
          LiveJob job = new LiveJob(id, spec);
          job.moved(move);
          job.queuedAt(then.nanos());
          job.servedAt(then.nanos());
          jobs.put(id, job);
          changed.add(id);
          then.decide(new CoordinatorEffect.Reply(request, new Outcome.Accepted(job.view())));
          then.decide(new CoordinatorEffect.NotifyJob(new JobNews.Moved(id, move)));
          admit(then);
        },
        (then, reason) -> {
          submitting.remove(id);
          then.decide(unavailable(request, reason));
        });
  }

  private Optional<Outcome.Refused> refusal(JobSpec spec) {
    Optional<String> trouble = ledger.trouble();
    if (trouble.isPresent()) {
      return Optional.of(new Outcome.Refused(Outcome.Cause.UNAVAILABLE, trouble.get()));
    }
    Optional<LiveKey> key = fleet.key(spec.deviceKey());
    if (key.isPresent() && !key.get().target().equals(spec.target())) {
      return Optional.of(new Outcome.Refused(Outcome.Cause.UNFIT, mismatch(spec, key.get())));
    }
    List<JobSpec> open = new ArrayList<>(submitting.values());
    jobs.values().forEach(job -> open.add(job.spec()));
    List<JobSpec> own = open.stream().filter(s -> s.owner().equals(spec.owner())).toList();
    if (own.size() >= settings.maxOpenJobsPerOwner()) {
      return Optional.of(
          new Outcome.Refused(
              Outcome.Cause.QUOTA,
              "%s has %d jobs that have not ended, allowed are %d. Mend: wait for one or cancel one"
                  .formatted(spec.owner(), own.size(), settings.maxOpenJobsPerOwner())));
    }
    long asked = own.stream().mapToLong(LiveJob::asked).sum();
    if (asked + LiveJob.asked(spec) > settings.maxOpenTrialsPerOwner()) {
      return Optional.of(
          new Outcome.Refused(
              Outcome.Cause.QUOTA,
              "%s's open jobs ask for %d trials, with this one's %d it is more than %d. Mend: ask for fewer, or wait"
                  .formatted(
                      spec.owner(), asked, LiveJob.asked(spec), settings.maxOpenTrialsPerOwner())));
    }
    return Optional.empty();
  }

  void cancel(Moment moment, CoordinatorEvent.CancelRequested event) {
    Optional<LiveJob> job = free(moment, event.job(), event.request(), event);
    job.ifPresent(
        j ->
            leave(
                moment,
                j,
                JobState.CANCELLED,
                event.who(),
                event.why(),
                Optional.of(event.request())));
  }

  void pause(Moment moment, CoordinatorEvent.PauseRequested event) {
    Optional<LiveJob> job = free(moment, event.job(), event.request(), event);
    job.ifPresent(
        j -> {
          if (j.state() == JobState.PAUSED) {
            moment.decide(conflict(event.request(), j));
          } else {
            leave(
                moment, j, JobState.PAUSED, event.who(), event.why(), Optional.of(event.request()));
          }
        });
  }

  void resume(Moment moment, CoordinatorEvent.ResumeRequested event) {
    Optional<LiveJob> job = free(moment, event.job(), event.request(), event);
    job.ifPresent(
        j -> {
          if (j.state() == JobState.PAUSED) {
            leave(
                moment, j, JobState.QUEUED, event.who(), event.why(), Optional.of(event.request()));
          } else {
            moment.decide(conflict(event.request(), j));
          }
        });
  }

  /** The job of a request, unless it is answered, or put off until the job's move is durable. */
  private Optional<LiveJob> free(Moment moment, JobId id, long request, CoordinatorEvent event) {
    LiveJob job = jobs.get(id);
    if (job == null) {
      JobView past = ended.get(id);
      moment.decide(
          new CoordinatorEffect.Reply(
              request,
              past == null
                  ? new Outcome.Refused(
                      Outcome.Cause.NOT_FOUND, "there is no job " + id + " that has not ended")
                  : new Outcome.Refused(
                      Outcome.Cause.CONFLICT, "%s is %s".formatted(id, past.state().text()))));
      return Optional.empty();
    }
    if (ledger.trouble().isPresent()) {
      moment.decide(unavailable(request, ledger.trouble().get()));
      return Optional.empty();
    }
    if (job.leaving().isPresent()) {
      job.deferred().addLast(event);
      return Optional.empty();
    }
    return Optional.of(job);
  }

  // ---- states

  private void leave(
      Moment moment, LiveJob job, JobState to, String who, String why, Optional<Long> request) {
    leave(moment, job, new Leaving(to, who, why, request, Map.of(), false));
  }

  /** Stops what the job does here; it moves once all that it has measured is durable. */
  private void leave(Moment moment, LiveJob job, Leaving leaving) {
    accrue(moment, job);
    fleet.withdraw(moment, job, _ -> true).forEach(work -> abandon(moment, job, work));
    flights.takeFollowers(job).forEach(Work::withdraw);
    storeAnswered(moment, job);
    boolean wasInMemory = job.phase() != Phase.WAITING;
    if (wasInMemory) {
      flights.part(job);
    }
    if (leaving.to().isEnd()) {
      forget(moment, job);
    } else {
      keepUnused(job);
    }
    job.letGo().ifPresent(prepared -> moment.decide(new CoordinatorEffect.Release(prepared)));
    if (wasInMemory) {
      for (Work next : confirmations.letGo(job)) {
        measure(moment, next);
      }
      confirmations.forgetUnless(job, inMemory());
    }
    job.leaving(Optional.of(leaving));
    settle(moment, job);
  }

  /** What a job no longer wants, another one may be waiting for. */
  private void abandon(Moment moment, LiveJob job, Work work) {
    if (work.ask() instanceof Ask.Trial trial) {
      flights.leave(job, trial.candidate()).ifPresent(next -> fleet.want(moment, next, false));
    }
  }

  /** What was measured and has not reached the job's machine counts all the same. */
  private void storeAnswered(Moment moment, LiveJob job) {
    job.trialAnswers()
        .forEach(
            (trial, a) ->
                storeTrial(moment, job, OptionalInt.of(trial), a.candidate(), a.answer()));
    job.trialAnswers().clear();
    job.defaultAnswers()
        .values()
        .forEach(a -> storeDefault(moment, job, a.candidate(), a.answer()));
    job.defaultAnswers().clear();
  }

  /** The job has ended: what was delivered for it and not used is of no use. */
  private void forget(Moment moment, LiveJob job) {
    job.kept().values().forEach(answer -> fleet.settled(moment, answer.receipts()));
    job.kept().clear();
    job.brought().values().forEach(answer -> fleet.settled(moment, answer.receipts()));
    job.brought().clear();
  }

  /** What its machine was being told it is told anew once it is back. */
  private static void keepUnused(LiveJob job) {
    job.brought()
        .forEach(
            (candidate, answer) ->
                job.kept()
                    .put(new Errand(job.id(), Errand.Kind.TRIAL, List.of(candidate)), answer));
    job.brought().clear();
  }

  /** Writes the job's move once nothing before it is on its way. */
  private void settle(Moment moment, LiveJob job) {
    if (job.leaving().isEmpty() || job.leaving().get().isWritten() || !job.isQuiet()) {
      return;
    }
    Leaving leaving = job.leaving().get();
    job.leaving(
        Optional.of(
            new Leaving(
                leaving.to(),
                leaving.who(),
                leaving.why(),
                leaving.request(),
                leaving.results(),
                true)));
    JobMove move = new JobMove(leaving.to(), leaving.who(), leaving.why(), moment.wall());
    JobProgress progress = job.progress();
    JobChange change =
        new JobChange.Moved(
            job.id().number(),
            job.moveCount(),
            StoredForms.row(move),
            progress,
            job.outcomes(leaving.results()));
    if (leaving.request().isPresent()) {
      ledger.attempt(
          moment,
          change,
          then -> moved(then, job, leaving, move, progress),
          (then, reason) -> {
            job.leaving(Optional.empty());
            then.decide(unavailable(leaving.request().get(), reason));
            takeUp(then, job);
          });
    } else {
      ledger.keep(moment, change, then -> moved(then, job, leaving, move, progress));
    }
  }

  private void moved(
      Moment moment, LiveJob job, Leaving leaving, JobMove move, JobProgress progress) {
    job.moved(move);
    job.stored(progress);
    leaving.results().forEach(job::tuned);
    job.leaving(Optional.empty());
    job.queuedAt(moment.nanos());
    changed.add(job.id());
    if (move.to().isEnd()) {
      jobs.remove(job.id());
      ended.put(job.id(), job.view());
      forgetOldest();
    }
    leaving
        .request()
        .ifPresent(
            request ->
                moment.decide(
                    new CoordinatorEffect.Reply(request, new Outcome.Accepted(job.view()))));
    moment.decide(new CoordinatorEffect.NotifyJob(new JobNews.Moved(job.id(), move)));
    if (move.to() == JobState.RUNNING) {
      activate(moment, job);
    }
    takeUp(moment, job);
  }

  private void forgetOldest() {
    if (ended.size() > KEPT_ENDED) {
      JobId oldest = ended.keySet().iterator().next();
      ended.remove(oldest);
      changed.add(oldest);
    }
  }

  /** What was put off while the job moved. */
  private void takeUp(Moment moment, LiveJob job) {
    List<CoordinatorEvent> put = List.copyOf(job.deferred());
    job.deferred().clear();
    for (CoordinatorEvent event : put) {
      switch (event) {
        case CoordinatorEvent.CancelRequested e -> cancel(moment, e);
        case CoordinatorEvent.PauseRequested e -> pause(moment, e);
        case CoordinatorEvent.ResumeRequested e -> resume(moment, e);
        default -> throw new IllegalStateException("not put off: " + event);
      }
    }
    admit(moment);
  }

  // ---- coming into memory

  /** Takes in jobs that wait, as far as there is room and there are devices. */
  void admit(Moment moment) {
    if (ledger.trouble().isPresent()) {
      return;
    }
    List<LiveJob> waiting = new ArrayList<>();
    List<LiveJob> held = inMemory();
    for (LiveJob job : List.copyOf(jobs.values())) {
      if (job.phase() == Phase.WAITING
          && job.state() != JobState.PAUSED
          && job.leaving().isEmpty()
          && job.isQuiet()
          && !(job.isRestored() && fleet.isAwaiting(job.spec().deviceKey()))) {
        Optional<LiveKey> key = fleet.key(job.spec().deviceKey());
        if (key.isPresent() && !key.get().target().equals(job.spec().target())) {
          leave(
              moment,
              job,
              JobState.FAILED,
              JobMove.SERVICE,
              mismatch(job.spec(), key.get()),
              Optional.empty());
        } else if (key.isPresent() && key.get().usable() > 0) {
          waiting.add(job);
        }
      }
    }
    Admission.Plan plan = admission.plan(moment.nanos(), waiting, held);
    for (LiveJob job : plan.admitted()) {
      flights.join(job);
      moment.decide(
          new CoordinatorEffect.Prepare(
              job.id(),
              job.beginPreparation(),
              job.spec(),
              fleet.key(job.spec().deviceKey()).orElseThrow().usable()));
    }
    plan.evicted()
        .forEach(
            (job, reason) ->
                leave(moment, job, JobState.QUEUED, JobMove.SERVICE, reason, Optional.empty()));
  }

  void prepared(Moment moment, JobId id, long preparation, PreparedJob prepared) {
    LiveJob job = jobs.get(id);
    if (job == null || !job.awaits(preparation)) {
      moment.decide(new CoordinatorEffect.Release(prepared));
      return;
    }
    job.prepare(prepared);
    if (job.state() == JobState.RUNNING) {
      activate(moment, job);
    } else {
      job.leaving(
          Optional.of(
              new Leaving(
                  JobState.RUNNING,
                  JobMove.SERVICE,
                  "its turn",
                  Optional.empty(),
                  Map.of(),
                  false)));
      settle(moment, job);
    }
  }

  void preparationFailed(Moment moment, JobId id, long preparation, String reason) {
    LiveJob job = jobs.get(id);
    if (job != null && job.awaits(preparation)) {
      leave(moment, job, JobState.FAILED, JobMove.SERVICE, reason, Optional.empty());
    }
  }

  private void activate(Moment moment, LiveJob job) {
    job.activate(moment.nanos());
    for (Map.Entry<Errand, Work.Answer> kept : List.copyOf(job.kept().entrySet())) {
      if (kept.getKey().kind() == Errand.Kind.TRIAL) {
        job.kept().remove(kept.getKey());
        bring(moment, job, kept.getKey().candidates().getFirst(), kept.getValue());
      }
    }
    job.news()
        .forEach(
            (candidate, measurement) ->
                step(moment, job, new Event.Learned(candidate, measurement)));
    step(moment, job, new Event.Started());
  }

  private List<LiveJob> inMemory() {
    return jobs.values().stream().filter(job -> job.phase() != Phase.WAITING).toList();
  }

  // ---- the jobs' machines

  private void step(Moment moment, LiveJob job, Event event) {
    job.prepared()
        .ifPresent(
            prepared -> {
              accrue(moment, job);
              moment.decide(
                  new CoordinatorEffect.StepJob(
                      job.id(), prepared, event, Instant.EPOCH.plus(job.activeTime())));
            });
  }

  /** A job's machine has decided. */
  void stepped(Moment moment, CoordinatorEvent.JobStepped event) {
    LiveJob job = jobs.get(event.job());
    if (job == null || !job.prepared().equals(Optional.of(event.prepared()))) {
      return;
    }
    job.plan(event.plannedTrials());
    for (Effect effect : event.effects()) {
      perform(moment, job, effect);
    }
    switch (event.event()) {
      case Event.Learned(Candidate candidate, Measurement _) -> job.news().remove(candidate);
      case Event.TrialBrought(Candidate candidate, Measurement _) -> {
        Work.Answer unused = job.brought().remove(candidate);
        if (unused != null) {
          // Its budget went to others meanwhile.
          fleet.settled(moment, unused.receipts());
        }
      }
      default -> {}
    }
    if (event.event() instanceof Event.ConfirmationMeasured(int task, var _)
        && event.effects().stream()
            .noneMatch(e -> e instanceof Effect.StoreResult result && result.task() == task)) {
      endConfirmation(moment, job, task);
    }
  }

  /** A job's machine can't go on. */
  void broken(Moment moment, JobId id, PreparedJob prepared, String reason) {
    LiveJob job = jobs.get(id);
    if (job != null && job.leaving().isEmpty() && job.prepared().equals(Optional.of(prepared))) {
      leave(moment, job, JobState.FAILED, JobMove.SERVICE, reason, Optional.empty());
    }
  }

  private void perform(Moment moment, LiveJob job, Effect effect) {
    switch (effect) {
      case Effect.MeasureTrial e -> {
        Work work = Work.of(job, new Ask.Trial(e.trial(), e.candidate(), e.incumbentNanos()));
        // What is news to its machine ends the trial as soon as it has heard of it.
        if (!job.news().containsKey(e.candidate()) && flights.lead(job, work, e.candidate())) {
          fleet.want(moment, work, false);
        }
      }
      case Effect.MeasureDefault(int task, Candidate candidate) ->
          measure(moment, Work.of(job, new Ask.Default(task, candidate)));
      case Effect.StoreTrial(int trial, Candidate candidate, Measurement _) ->
          takeAnswer(moment, job, trial, candidate)
              .ifPresent(
                  answer -> storeTrial(moment, job, OptionalInt.of(trial), candidate, answer));
      case Effect.StoreDefault(Candidate candidate, Measurement _) -> {
        LiveJob.Answered answered = job.defaultAnswers().remove(job.taskOf(candidate.workload()));
        if (answered != null) {
          storeDefault(moment, job, candidate, answered.answer());
        }
      }
      case Effect.Confirm(int task, List<Candidate> candidates) -> {
        Optional<Work> first = confirmations.want(job, task, candidates);
        first.ifPresent(work -> measure(moment, work));
      }
      case Effect.StoreResult e -> storeResult(moment, job, e);
      case Effect.CancelQueued _ -> {
        for (Work work : fleet.withdraw(moment, job, JobDesk::isTrialOrDefault)) {
          abandon(moment, job, work);
          step(moment, job, withdrawn(work.ask()));
        }
        for (Work work : flights.takeFollowers(job)) {
          work.withdraw();
          step(moment, job, withdrawn(work.ask()));
        }
      }
      case Effect.Fail(String reason) ->
          leave(moment, job, JobState.FAILED, JobMove.SERVICE, reason, Optional.empty());
      case Effect.Finish(JobResult result) -> finish(moment, job, result);
    }
  }

  /** Has something measured, unless its answer has been delivered before it was asked for. */
  private void measure(Moment moment, Work work) {
    LiveJob job = work.job().orElseThrow();
    Work.Answer kept = job.kept().remove(work.errand().orElseThrow());
    if (kept == null) {
      fleet.want(moment, work, false);
    } else {
      work.end();
      answered(moment, work, kept);
    }
  }

  /** What ended a trial; empty where it is stored already. */
  private Optional<Work.Answer> takeAnswer(
      Moment moment, LiveJob job, int trial, Candidate candidate) {
    LiveJob.Answered answered = job.trialAnswers().remove(trial);
    if (answered != null) {
      return Optional.of(answered.answer());
    }
    Work.Answer brought = job.brought().remove(candidate);
    if (brought != null) {
      // Its machine may have asked for it before it heard of the answer.
      for (Work asked :
          fleet.withdraw(
              moment, job, work -> work.ask() instanceof Ask.Trial t && t.trial() == trial)) {
        abandon(moment, job, asked);
      }
    }
    return Optional.ofNullable(brought);
  }

  private void finish(Moment moment, LiveJob job, JobResult result) {
    Map<Integer, TaskResult.Tuned> known = new HashMap<>();
    for (int t = 0; t < result.tasks().size(); t++) {
      Optional<TaskResult.Tuned> tuned = result.tasks().get(t).tuned();
      if (tuned.isPresent() && job.tuned(t).isEmpty()) {
        known.put(t, tuned.get());
      }
    }
    leave(
        moment,
        job,
        new Leaving(
            JobState.DONE,
            JobMove.SERVICE,
            "budget spent or spaces exhausted, results confirmed",
            Optional.empty(),
            known,
            false));
  }

  private static boolean isTrialOrDefault(Work work) {
    return switch (work.ask()) {
      case Ask.Trial _, Ask.Default _ -> true;
      case Ask.Confirmation _, Ask.Calibration _ -> false;
    };
  }

  private static Event withdrawn(Ask ask) {
    return switch (ask) {
      case Ask.Trial trial -> new Event.TrialWithdrawn(trial.trial());
      case Ask.Default byDefault -> new Event.DefaultWithdrawn(byDefault.task());
      case Ask.Confirmation _, Ask.Calibration _ ->
          throw new IllegalArgumentException("never withdrawn: " + ask);
    };
  }

  // ---- facts

  /** Stores a fact of a job, which must not move before it is durable. */
  private void write(Moment moment, LiveJob job, JobChange change, Consumer<Moment> stored) {
    job.writing();
    ledger.keep(
        moment,
        change,
        then -> {
          job.written();
          stored.accept(then);
          settle(then, job);
        });
  }

  /**
   * Stores a trial.
   *
   * @param trial how the job's machine calls it; empty where it has none now
   */
  private void storeTrial(
      Moment moment, LiveJob job, OptionalInt trial, Candidate candidate, Work.Answer answer) {
    int task = job.taskOf(candidate.workload());
    job.recall(candidate);
    job.storingTrial();
    double factor = answer.origin().factor();
    Measurement own = answer.measurements().getFirst();
    Optional<PreparedJob> asked = job.prepared();
    write(
        moment,
        job,
        measured(moment, job, TuningRecord.Kind.TRIAL, candidate, answer),
        then -> {
          job.count(task, own, factor);
          changed.add(job.id());
          fleet.settled(then, answer.receipts());
          timed(then, job, answer.measurements());
          then.decide(
              new CoordinatorEffect.NotifyJob(
                  new JobNews.TrialEnded(
                      job.id(),
                      task,
                      job.trials(task),
                      candidate,
                      answer.origin().device(),
                      own,
                      factor,
                      job.bestNanos(task))));
          if (trial.isPresent() && job.prepared().equals(asked)) {
            step(then, job, new Event.TrialStored(trial.getAsInt()));
          }
          spread(then, job, candidate, answer.origin().normal(own));
        });
  }

  private void storeDefault(Moment moment, LiveJob job, Candidate candidate, Work.Answer answer) {
    job.recall(candidate);
    write(
        moment,
        job,
        measured(moment, job, TuningRecord.Kind.DEFAULT, candidate, answer),
        then -> {
          fleet.settled(then, answer.receipts());
          timed(then, job, answer.measurements());
        });
  }

  /** Tells the other jobs in memory, so that none of them measures the same once more. */
  private void spread(Moment moment, LiveJob by, Candidate candidate, Measurement measurement) {
    Set<LiveJob> told = new HashSet<>();
    for (Work work : flights.land(by, candidate)) {
      LiveJob job = work.job().orElseThrow();
      if (work.isOpen() && work.ask() instanceof Ask.Trial trial) {
        fleet.takeBack(moment, work);
        work.end();
        step(moment, job, new Event.TrialKnown(trial.trial(), measurement));
      }
      told.add(job);
    }
    for (LiveJob job : flights.others(by, candidate)) {
      if (!told.contains(job)) {
        job.news().put(candidate, measurement);
        if (job.phase() == Phase.ACTIVE) {
          step(moment, job, new Event.Learned(candidate, measurement));
        }
      }
    }
  }

  private void timed(Moment moment, LiveJob job, List<Measurement> measurements) {
    if (measurements.stream().anyMatch(Measurement.Timed.class::isInstance) && job.timed()) {
      storeProgress(moment, job);
    }
  }

  private JobChange measured(
      Moment moment, LiveJob job, TuningRecord.Kind kind, Candidate candidate, Work.Answer answer) {
    return new JobChange.Measured(
        job.id().number(),
        record(moment, job, kind, candidate, answer.origin(), answer.measurements().getFirst()),
        answer.origin().device(),
        answer.origin().factor());
  }

  private TuningRecord record(
      Moment moment,
      LiveJob job,
      TuningRecord.Kind kind,
      Candidate candidate,
      Origin origin,
      Measurement measurement) {
    LiveJob.RecordNumbers numbers = numbers(job, origin);
    return new TuningRecord(
        numbers.session(),
        numbers.next(),
        kind,
        candidate,
        job.spec().seed(),
        measurement,
        moment.wall());
  }

  private LiveJob.RecordNumbers numbers(LiveJob job, Origin origin) {
    return job.sessions()
        .computeIfAbsent(
            origin,
            o ->
                new LiveJob.RecordNumbers(
                    new Session(
                        instance + "." + ++lastSession,
                        o.description(),
                        o.octuneVersion(),
                        o.compilerVersion())));
  }

  // ---- confirmations

  private void storeResult(Moment moment, LiveJob job, Effect.StoreResult effect) {
    int task = effect.task();
    Optional<Confirmations.Measured> found = confirmations.measured(job, task);
    if (found.isEmpty()) {
      return;
    }
    Confirmations.Measured measured = found.get();
    TaskResult.Tuned tuned = measured.against(effect.result());
    Origin origin = measured.answer().origin();
    List<TuningRecord> records = new ArrayList<>();
    for (int i = 0; i < measured.candidates().size(); i++) {
      records.add(
          record(
              moment,
              job,
              TuningRecord.Kind.CONFIRMATION,
              measured.candidates().get(i),
              origin,
              measured.answer().measurements().get(i)));
    }
    Candidate first = measured.candidates().getFirst();
    ConfirmedBest best =
        new ConfirmedBest(
            first.workload(),
            first.target(),
            tuned.byDefault(),
            tuned.best(),
            numbers(job, origin).session(),
            moment.wall());
    Optional<PreparedJob> asked = job.prepared();
    write(
        moment,
        job,
        new JobChange.Confirmed(
            job.id().number(),
            records,
            best,
            origin.device(),
            origin.factor(),
            job.outcome(task, Optional.of(tuned))),
        then -> {
          job.tuned(task, tuned);
          job.recall(measured.candidates());
          fleet.settled(then, measured.answer().receipts());
          confirmations.stored(job, best, inMemory());
          changed.add(job.id());
          then.decide(
              new CoordinatorEffect.NotifyJob(new JobNews.TaskConfirmed(job.id(), task, tuned)));
          if (job.prepared().equals(asked)) {
            step(then, job, new Event.ResultStored(task));
            endConfirmation(then, job, task);
          }
        });
  }

  private void endConfirmation(Moment moment, LiveJob job, int task) {
    confirmations
        .measured(job, task)
        .ifPresent(measured -> fleet.settled(moment, measured.answer().receipts()));
    confirmations.end(job, task).ifPresent(next -> measure(moment, next));
  }

  // ---- the fleet's answers

  @Override
  public void answered(Moment moment, Work work, Work.Answer answer) {
    LiveJob job = work.job().orElseThrow();
    job.endedOver(work.ask().candidates());
    switch (work.ask()) {
      case Ask.Trial(int trial, Candidate candidate, var _) -> {
        job.trialAnswers().put(trial, new LiveJob.Answered(candidate, answer));
        step(
            moment,
            job,
            new Event.TrialMeasured(
                trial, answer.origin().normal(answer.measurements().getFirst())));
      }
      case Ask.Default(int task, Candidate candidate) -> {
        job.defaultAnswers().put(task, new LiveJob.Answered(candidate, answer));
        step(
            moment,
            job,
            new Event.DefaultMeasured(
                task, answer.origin().normal(answer.measurements().getFirst())));
      }
      case Ask.Confirmation(int task, List<Candidate> _) ->
          step(
              moment,
              job,
              new Event.ConfirmationMeasured(task, confirmations.answered(job, task, answer)));
      case Ask.Calibration _ ->
          throw new IllegalArgumentException("a calibration is no job's: " + work.ask());
    }
  }

  @Override
  public boolean brought(Moment moment, DeviceKey key, Errand errand, Work.Answer answer) {
    LiveJob job = jobs.get(errand.job());
    Candidate first = errand.candidates().getFirst();
    if (job == null
        || job.leaving().filter(leaving -> leaving.to().isEnd()).isPresent()
        || !job.spec().deviceKey().equals(key)
        || !job.spec().target().equals(first.target())
        || !job.hasTask(first.workload())) {
      return false;
    }
    boolean isRecord = errand.kind() != Errand.Kind.CONFIRMATION;
    if (job.recalls(errand) || (isRecord && isAnswered(job, first))) {
      return false;
    }
    Optional<Work> asked =
        job.open().filter(work -> work.errand().equals(Optional.of(errand))).findFirst();
    if (asked.isPresent()) {
      fleet.takeBack(moment, asked.get());
      asked.get().end();
      answered(moment, asked.get(), answer);
    } else if (isRecord && job.phase() == Phase.WAITING && job.leaving().isEmpty()) {
      switch (errand.kind()) {
        case TRIAL -> {
          if (!job.hasRoomForTrial()) {
            // Its budget went to others meanwhile; no machine is there to say so.
            return false;
          }
          storeTrial(moment, job, OptionalInt.empty(), first, answer);
        }
        case DEFAULT -> storeDefault(moment, job, first, answer);
        case CONFIRMATION -> throw new IllegalStateException("no record: " + errand);
      }
    } else if (errand.kind() == Errand.Kind.TRIAL && job.phase() == Phase.ACTIVE) {
      bring(moment, job, first, answer);
    } else {
      job.kept().put(errand, answer);
    }
    return true;
  }

  private static boolean isAnswered(LiveJob job, Candidate candidate) {
    return job.brought().containsKey(candidate)
        || job.kept().keySet().stream()
            .anyMatch(
                errand ->
                    errand.kind() != Errand.Kind.CONFIRMATION
                        && errand.candidates().getFirst().equals(candidate))
        || job.trialAnswers().values().stream().anyMatch(a -> a.candidate().equals(candidate))
        || job.defaultAnswers().values().stream().anyMatch(a -> a.candidate().equals(candidate));
  }

  /** Tells a job's machine of a trial that it has not asked for. */
  private void bring(Moment moment, LiveJob job, Candidate candidate, Work.Answer answer) {
    job.brought().put(candidate, answer);
    step(
        moment,
        job,
        new Event.TrialBrought(
            candidate, answer.origin().normal(answer.measurements().getFirst())));
  }

  @Override
  public void charged(LiveJob job, double seconds) {
    job.charge(seconds);
  }

  @Override
  public void devicesChanged(Moment moment) {
    admit(moment);
  }

  // ---- time

  void tick(Moment moment) {
    if (moment.nanos() - lastTickNanos < TICK_EVERY.toNanos()) {
      return;
    }
    lastTickNanos = moment.nanos();
    for (LiveJob job : List.copyOf(jobs.values())) {
      boolean isServed = isServed(job);
      if (isServed) {
        job.servedAt(moment.nanos());
      }
      if (job.phase() == Phase.ACTIVE) {
        accrue(moment, job);
        if (job.spec().budget().time().isPresent()) {
          step(moment, job, new Event.Tick());
        }
        if (moment.nanos() - job.progressAtNanos() >= PROGRESS_EVERY.toNanos()) {
          storeProgress(moment, job);
        }
      }
      if (job.state() == JobState.RUNNING
          && job.leaving().isEmpty()
          && moment.nanos() - job.servedNanos() > IDLE_LIMIT.toNanos()) {
        leave(
            moment,
            job,
            JobState.QUEUED,
            JobMove.SERVICE,
            "no device of key %s is there".formatted(job.spec().deviceKey()),
            Optional.empty());
      }
    }
    admit(moment);
  }

  private void storeProgress(Moment moment, LiveJob job) {
    job.progressAt(moment.nanos());
    if (job.leaving().isPresent() || ledger.trouble().isPresent()) {
      return;
    }
    JobProgress progress = job.progress();
    job.writing();
    // Not kept at any price: the next one says more. A late one must not follow the job's move.
    ledger.attempt(
        moment,
        new JobChange.Progressed(job.id().number(), progress),
        then -> {
          job.written();
          job.stored(progress);
          changed.add(job.id());
          settle(then, job);
        },
        (then, _) -> {
          job.written();
          settle(then, job);
        });
  }

  private void accrue(Moment moment, LiveJob job) {
    job.accrue(moment.nanos(), isServed(job));
  }

  private boolean isServed(LiveJob job) {
    return fleet.key(job.spec().deviceKey()).filter(key -> key.usable() > 0).isPresent();
  }

  private static String mismatch(JobSpec spec, LiveKey key) {
    return "devices of key %s have target '%s', the job asks for '%s'. Mend: submit it for their target"
        .formatted(key.key(), key.target(), spec.target());
  }

  private static CoordinatorEffect unavailable(long request, String reason) {
    return new CoordinatorEffect.Reply(
        request, new Outcome.Refused(Outcome.Cause.UNAVAILABLE, reason));
  }

  private static CoordinatorEffect conflict(long request, LiveJob job) {
    return new CoordinatorEffect.Reply(
        request,
        new Outcome.Refused(
            Outcome.Cause.CONFLICT, "%s is %s".formatted(job.id(), job.state().text())));
  }
}
