package dev.octune.tuner.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.TuningDb;
import dev.octune.db.job.JobChange;
import dev.octune.db.job.JobTrial;
import dev.octune.db.job.StoredJob;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.DeviceId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What must hold after each step, whatever goes wrong. */
class Rules {
  private final TuningDb disk;
  private final Set<Long> tokens = new HashSet<>();
  private final Map<Long, Held> held = new HashMap<>();
  private final Set<Held> heldOnce = new HashSet<>();
  private final Map<Integer, Made> made = new HashMap<>();
  private final Set<Integer> stored = new HashSet<>();
  private final Set<Trial> trials = new HashSet<>();
  private final Map<Candidate, Long> heldTrials = new HashMap<>();
  private final Set<Candidate> judged = new HashSet<>();
  private final Set<Trial> recorded = new HashSet<>();
  private final Map<JobId, JobView> seen = new HashMap<>();
  private long reservedTokens;

  /** Jobs of a world differ in their seeds. */
  private record Held(long seed, List<Candidate> candidates, Lease.Purpose purpose) {}

  private record Made(DeviceId device, Candidate candidate) {}

  private record Trial(long job, Candidate candidate) {}

  Rules(TuningDb disk) {
    this.disk = disk;
  }

  /** No rules, for worlds so long that their history does not fit the memory. */
  static Rules none(TuningDb disk) {
    return new Rules(disk) {
      @Override
      void made(int calls, DeviceId device, Candidate candidate) {}

      @Override
      void leaseGiven(Lease lease, DeviceView device, int slots, boolean isCalibration) {}

      @Override
      void beforeStored(JobChange change) {}

      @Override
      void told(JobNews news) {}

      @Override
      void seen(JobView view) {}
    };
  }

  /** A device has measured, after its check came out right. */
  void made(int calls, DeviceId device, Candidate candidate) {
    made.put(calls, new Made(device, candidate));
  }

  /** A device has finished a lease, whether or not anybody ever hears of it. */
  void measured(Lease lease) {}

  // ---- leases

  void leaseGiven(Lease lease, DeviceView device, int slots, boolean isCalibration) {
    assertTrue(tokens.add(lease.token()), () -> "token given twice: " + lease);
    assertTrue(lease.token() <= reservedTokens, () -> "token used before it was durable: " + lease);
    assertTrue(device.leases() <= slots, () -> "more leases than slots: " + device);
    if (isCalibration) {
      return;
    }
    Held work = new Held(lease.seed(), lease.candidates(), lease.purpose());
    assertTrue(heldOnce.add(work), () -> "held twice at once: " + lease);
    held.put(lease.token(), work);
    if (lease.errand().orElseThrow().kind() == Errand.Kind.TRIAL) {
      Candidate candidate = lease.candidates().getFirst();
      assertTrue(
          heldTrials.put(candidate, lease.token()) == null,
          () -> "held for two jobs at once: " + lease);
      assertFalse(judged.contains(candidate), () -> "measured for a second job: " + lease);
    }
  }

  void leaseEnded(long token) {
    Held work = held.remove(token);
    if (work != null) {
      heldOnce.remove(work);
    }
    heldTrials.values().remove(token);
  }

  void coordinatorDied() {
    held.clear();
    heldOnce.clear();
    heldTrials.clear();
  }

  // ---- the disk

  void beforeStored(JobChange change) {
    switch (change) {
      case JobChange.Measured(long job, TuningRecord record, DeviceId device, double _) ->
          recordStored(job, record, device);
      case JobChange.Confirmed confirmed -> {
        confirmed
            .records()
            .forEach(record -> recordStored(confirmed.job(), record, confirmed.device()));
        bestStored(confirmed);
      }
      case JobChange.TokensReserved(long upTo) -> {
        assertTrue(upTo >= reservedTokens, "reserved tokens never become fewer");
        reservedTokens = upTo;
      }
      case JobChange.Submitted _,
          JobChange.Moved _,
          JobChange.Progressed _,
          JobChange.KeyChanged _,
          JobChange.DeviceChanged _ -> {}
    }
  }

  private void recordStored(long job, TuningRecord record, DeviceId device) {
    if (record.measurement() instanceof Measurement.Timed timed) {
      int calls = timed.placements().getFirst().samples().getFirst().calls();
      assertEquals(
          new Made(device, record.candidate()),
          made.get(calls),
          () -> "a time that no device has measured: " + record);
      assertTrue(stored.add(calls), () -> "a measurement counted twice: " + record);
    }
    recorded.add(new Trial(job, record.candidate()));
    if (record.kind() == TuningRecord.Kind.TRIAL
        && !(record.measurement() instanceof Measurement.DeviceLost)) {
      judged.add(record.candidate());
      assertTrue(
          trials.add(new Trial(job, record.candidate())), () -> "a trial ended twice: " + record);
    }
  }

  private void bestStored(JobChange.Confirmed confirmed) {
    ConfirmedBest best = confirmed.best();
    double now = ToyKernels.nanos(best.bestCandidate());
    Optional<ConfirmedBest> before = disk.best(best.workload(), best.target());
    before.ifPresent(
        old -> {
          Optional<TuningRecord> again =
              confirmed.records().stream()
                  .filter(record -> record.schedule().equals(old.best().schedule()))
                  .findFirst();
          assertTrue(again.isPresent(), () -> "the best was not confirmed again: " + old);
          assertTrue(
              !(again.get().measurement() instanceof Measurement.Timed)
                  || now <= ToyKernels.nanos(old.bestCandidate()),
              () -> "the best got worse: " + old + " became " + best);
        });
  }

  // ---- what people see

  void told(JobNews news) {
    StoredJob job = disk.jobs().job(news.job().number()).orElseThrow();
    switch (news) {
      case JobNews.Moved(JobId _, JobMove move) ->
          assertTrue(
              job.moves().contains(StoredForms.row(move)), () -> "shown, not durable: " + news);
      case JobNews.TrialEnded trial ->
          assertTrue(
              recorded.contains(new Trial(news.job().number(), trial.candidate())),
              () -> "shown, not durable: " + news);
      case JobNews.TaskConfirmed(JobId _, int task, var tuned) ->
          assertEquals(
              Optional.of(StoredForms.outcome(tuned)),
              job.tasks().get(task).result(),
              news::toString);
    }
  }

  void answered(Outcome outcome) {
    switch (outcome) {
      case Outcome.Accepted(JobView view) -> seen(view);
      case Outcome.DeviceChanged(DeviceView device) ->
          assertTrue(
              disk.jobs().load(List.of(), 0).devices().stream()
                  .anyMatch(d -> d.id().equals(device.id()) && d.quarantine().isEmpty()),
              () -> "released, not durable: " + device);
      case Outcome.Refused _ -> {}
    }
  }

  /** A view may only be followed by one that knows more. */
  void seen(JobView view) {
    StoredJob job = disk.jobs().job(view.id().number()).orElseThrow();
    List<JobMove> moves = job.moves().stream().map(StoredForms::move).toList();
    assertTrue(
        moves.size() >= view.moves().size()
            && moves.subList(0, view.moves().size()).equals(view.moves()),
        () -> "shown, not durable: " + view);
    JobView before = seen.put(view.id(), view);
    if (before != null) {
      assertTrue(
          view.totals().trials() >= before.totals().trials()
              && view.moves().size() >= before.moves().size()
              && view.deviceSeconds() >= before.deviceSeconds()
              && view.activeTime().compareTo(before.activeTime()) >= 0,
          () -> "less is known than before: " + before + " became " + view);
    }
  }

  // ---- the end

  /** A job that everybody left alone from some time on has ended, and its account is right. */
  void ended(JobView view) {
    assertTrue(view.state().isEnd(), () -> "the job never ends: " + view);
    List<JobTrial> counted =
        disk.jobs().trials(view.id().number()).stream()
            .filter(trial -> trial.record().kind() == TuningRecord.Kind.TRIAL)
            .toList();
    assertEquals(counted.size(), view.totals().trials(), () -> "trials of " + view);
    assertEquals(
        counted.size(), view.tasks().stream().mapToInt(TaskView::trials).sum(), view::toString);
    int budget = view.spec().budget().newTrials().orElseThrow();
    assertTrue(counted.size() <= budget, () -> "more trials than allowed: " + view);
    if (view.state() == JobState.DONE) {
      assertEquals(Math.min(budget, view.plannedTrials()), counted.size(), view::toString);
    }
  }
}
