package dev.octune.tuner.coordinator;

import dev.octune.db.job.JobProgress;
import dev.octune.db.job.JobTrial;
import dev.octune.db.job.StoredJob;
import dev.octune.db.job.TaskOutcome;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.job.TaskResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * A job of an earlier process as its stored facts tell it. Trials are counted from the records, not
 * taken from the job's row: that one is written now and then only.
 *
 * @param newest of its durable trials and defaults, the oldest first; at most {@link
 *     LiveJob#RECALLED}
 * @param confirmed the newest that were measured for its durable confirmations; as many at most
 */
record RecoveredJob(
    JobId id,
    JobSpec spec,
    List<JobMove> moves,
    JobView.Totals totals,
    JobProgress progress,
    List<Task> tasks,
    List<Candidate> newest,
    List<Candidate> confirmed) {
  RecoveredJob {
    newest = List.copyOf(newest);
    confirmed = List.copyOf(confirmed);
    moves = List.copyOf(moves);
    tasks = List.copyOf(tasks);
  }

  /** Where a task stands. */
  record Task(
      int spaceSize, int trials, OptionalDouble bestNanos, Optional<TaskResult.Tuned> tuned) {}

  /** A job that may go on: with all its trials. */
  static RecoveredJob open(StoredJob stored, List<JobTrial> trials) {
    JobSpec spec = StoredForms.spec(stored.row());
    Map<Workload, Integer> taskOfWorkload = new HashMap<>();
    spec.work().tasks().forEach(t -> taskOfWorkload.put(t.workload(), taskOfWorkload.size()));
    int[] counts = new int[taskOfWorkload.size()];
    double[] best = new double[taskOfWorkload.size()];
    JobView.Totals totals = JobView.Totals.NONE;
    for (JobTrial trial : trials) {
      TuningRecord record = trial.record();
      Integer task = taskOfWorkload.get(record.workload());
      if (record.kind() != TuningRecord.Kind.TRIAL || task == null) {
        continue;
      }
      counts[task]++;
      totals = totals.with(record.measurement());
      if (record.measurement() instanceof Measurement.Timed timed) {
        double nanos = timed.medianNanos() * trial.factor();
        best[task] = best[task] == 0 ? nanos : Math.min(best[task], nanos);
      }
    }
    List<Task> tasks = new ArrayList<>();
    for (TaskOutcome outcome : stored.tasks()) {
      int t = outcome.task();
      tasks.add(
          new Task(
              outcome.spaceSize(),
              counts[t],
              best[t] == 0 ? OptionalDouble.empty() : OptionalDouble.of(best[t]),
              outcome.result().map(StoredForms::tuned)));
    }
    return of(
        stored,
        spec,
        totals,
        tasks,
        newest(trials, kind -> kind != TuningRecord.Kind.CONFIRMATION),
        newest(trials, kind -> kind == TuningRecord.Kind.CONFIRMATION));
  }

  private static List<Candidate> newest(
      List<JobTrial> trials, Predicate<TuningRecord.Kind> wanted) {
    List<Candidate> durable =
        trials.stream()
            .map(JobTrial::record)
            .filter(record -> wanted.test(record.kind()))
            // Such a trial may be repeated.
            .filter(record -> !(record.measurement() instanceof Measurement.DeviceLost))
            .map(TuningRecord::candidate)
            .toList();
    return durable.subList(Math.max(0, durable.size() - LiveJob.RECALLED), durable.size());
  }

  /** A job that has ended: its row is complete, and its trials stay where they are. */
  static RecoveredJob ended(StoredJob stored) {
    JobProgress progress = stored.progress();
    return of(
        stored,
        StoredForms.spec(stored.row()),
        new JobView.Totals(
            progress.trials(),
            progress.wrongAnswers(),
            progress.buildFailures(),
            progress.runFailures()),
        stored.tasks().stream()
            .map(
                outcome ->
                    new Task(
                        outcome.spaceSize(),
                        outcome.trials(),
                        outcome.bestNanos(),
                        outcome.result().map(StoredForms::tuned)))
            .toList(),
        List.of(),
        List.of());
  }

  private static RecoveredJob of(
      StoredJob stored,
      JobSpec spec,
      JobView.Totals totals,
      List<Task> tasks,
      List<Candidate> newest,
      List<Candidate> confirmed) {
    return new RecoveredJob(
        new JobId(stored.row().number()),
        spec,
        stored.moves().stream().map(StoredForms::move).toList(),
        totals,
        stored.progress(),
        tasks,
        newest,
        confirmed);
  }
}
