package dev.octune.tuner.coordinator;

import dev.octune.kernels.measure.Measurement;
import dev.octune.tuner.job.JobResult;
import dev.octune.tuner.job.TaskResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A job as everybody may see it: nothing in it is lost by a crash.
 *
 * @param moves from the first, which queued it, to the one it is in
 * @param plannedTrials what its budget and spaces allow in all; 0 before it first ran
 * @param activeTime in which it was running; what its time budget counts
 * @param firstResult of activeTime until something of it was first timed
 * @param deviceSeconds that it was charged
 * @param tasks in the order of its {@link JobSpec}
 */
public record JobView(
    JobId id,
    JobSpec spec,
    List<JobMove> moves,
    Totals totals,
    int plannedTrials,
    Duration activeTime,
    Optional<Duration> firstResult,
    double deviceSeconds,
    List<TaskView> tasks) {
  public JobView {
    moves = List.copyOf(moves);
    tasks = List.copyOf(tasks);
  }

  /** Durable trials of this job, all and by failure. */
  public record Totals(int trials, int wrongAnswers, int buildFailures, int runFailures) {
    public static final Totals NONE = new Totals(0, 0, 0, 0);

    /** These and one more. */
    Totals with(Measurement trial) {
      return switch (trial) {
        case Measurement.Timed _ ->
            new Totals(trials + 1, wrongAnswers, buildFailures, runFailures);
        case Measurement.WrongAnswer _ ->
            new Totals(trials + 1, wrongAnswers + 1, buildFailures, runFailures);
        case Measurement.BuildFailed _ ->
            new Totals(trials + 1, wrongAnswers, buildFailures + 1, runFailures);
        case Measurement.RunFailed _, Measurement.TimedOut _, Measurement.DeviceLost _ ->
            new Totals(trials + 1, wrongAnswers, buildFailures, runFailures + 1);
      };
    }
  }

  public JobState state() {
    return moves.getLast().to();
  }

  /** What {@code tune} reports of the same work; for a job that has not ended, so far. */
  public JobResult result() {
    return new JobResult(
        tasks.stream()
            .map(task -> new TaskResult(task.task(), task.spaceSize(), task.trials(), task.tuned()))
            .toList(),
        totals.trials(),
        totals.wrongAnswers(),
        totals.buildFailures(),
        totals.runFailures(),
        state() == JobState.DONE || !state().isEnd()
            ? Optional.empty()
            : Optional.of(moves.getLast().why()));
  }

  /** Seconds until something was first timed, as {@code tune --json} tells it. */
  public OptionalDouble firstResultSeconds() {
    return firstResult.isPresent()
        ? OptionalDouble.of(firstResult.get().toNanos() / 1e9)
        : OptionalDouble.empty();
  }
}
