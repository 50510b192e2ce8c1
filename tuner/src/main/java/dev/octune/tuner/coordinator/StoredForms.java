package dev.octune.tuner.coordinator;

import dev.octune.db.job.JobMoveRow;
import dev.octune.db.job.JobRow;
import dev.octune.db.job.TaskOutcome;
import dev.octune.tuner.job.Budget;
import dev.octune.tuner.job.TaskResult;
import dev.octune.tuner.search.StrategyKind;
import dev.octune.tuner.task.TaskList;
import dev.octune.tuner.task.TuningTask;
import dev.octune.tuner.task.UncoveredLayer;
import java.util.Arrays;

/** The coordinator's values as the database keeps them, and back. */
final class StoredForms {
  private StoredForms() {}

  static JobRow row(JobId id, JobSpec spec) {
    return new JobRow(
        id.number(),
        spec.name(),
        spec.owner(),
        spec.deviceKey(),
        spec.target(),
        spec.strategy().text(),
        spec.seed(),
        spec.priority(),
        spec.weight(),
        spec.budget().newTrials(),
        spec.budget().trialsPerTask(),
        spec.budget().time(),
        spec.work().tasks().stream()
            .map(t -> new JobRow.Task(t.workload(), t.uses(), t.layers()))
            .toList(),
        spec.work().uncovered().stream()
            .map(u -> new JobRow.Uncovered(u.layer(), u.op(), u.reason()))
            .toList());
  }

  static JobSpec spec(JobRow row) {
    return new JobSpec(
        row.name(),
        new TaskList(
            row.tasks().stream()
                .map(t -> new TuningTask(t.workload(), t.uses(), t.layers()))
                .toList(),
            row.uncovered().stream()
                .map(u -> new UncoveredLayer(u.layer(), u.op(), u.reason()))
                .toList()),
        row.deviceKey(),
        row.target(),
        new Budget(row.newTrials(), row.trialsPerTask(), row.time()),
        StrategyKind.parse(row.strategy()),
        row.seed(),
        row.owner(),
        row.priority(),
        row.weight());
  }

  static JobMoveRow row(JobMove move) {
    return new JobMoveRow(move.to().text(), move.who(), move.why(), move.at());
  }

  static JobMove move(JobMoveRow row) {
    return new JobMove(JobState.parse(row.state()), row.who(), row.why(), row.at());
  }

  static TaskOutcome.Result outcome(TaskResult.Tuned tuned) {
    return new TaskOutcome.Result(tuned.byDefault(), tuned.best(), tuned.source().text());
  }

  static TaskResult.Tuned tuned(TaskOutcome.Result result) {
    return new TaskResult.Tuned(
        result.byDefault(),
        result.best(),
        Arrays.stream(TaskResult.Source.values())
            .filter(source -> source.text().equals(result.source()))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "result source '" + result.source() + "' is not known")));
  }
}
