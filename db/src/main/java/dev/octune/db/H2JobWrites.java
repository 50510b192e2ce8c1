package dev.octune.db;

import dev.octune.db.job.DeviceKeyRow;
import dev.octune.db.job.DeviceRow;
import dev.octune.db.job.JobChange;
import dev.octune.db.job.JobMoveRow;
import dev.octune.db.job.JobProgress;
import dev.octune.db.job.JobRow;
import dev.octune.db.job.TaskOutcome;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.target.DeviceId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The service's INSERTs. Confined to the writer's thread. */
final class H2JobWrites {
  /** The row of high_water that holds lease tokens. */
  static final String TOKENS = "lease_token";

  private final Connection connection;
  private final H2Writes records;

  /** Sessions known to have their job. */
  private final Set<Session> knownSessions = Recent.set();

  H2JobWrites(Connection connection, H2Writes records) {
    this.connection = connection;
    this.records = records;
  }

  void apply(JobChange change) throws SQLException {
    switch (change) {
      case JobChange.Submitted(JobRow job, JobMoveRow move) -> submit(job, move);
      case JobChange.Moved(
              long job,
              int number,
              JobMoveRow move,
              JobProgress progress,
              List<TaskOutcome> tasks) -> {
        move(job, number, move);
        progress(job, progress);
        for (TaskOutcome task : tasks) {
          outcome(job, task);
        }
      }
      case JobChange.Progressed(long job, JobProgress progress) -> progress(job, progress);
      case JobChange.Measured(long job, TuningRecord row, DeviceId device, double factor) -> {
        records.insert(row);
        own(job, row.session(), device, factor);
      }
      case JobChange.Confirmed confirmed -> {
        for (TuningRecord row : confirmed.records()) {
          records.insert(row);
          own(confirmed.job(), row.session(), confirmed.device(), confirmed.factor());
        }
        records.put(confirmed.best());
        outcome(confirmed.job(), confirmed.outcome());
      }
      case JobChange.KeyChanged(DeviceKeyRow key) -> key(key);
      case JobChange.DeviceChanged(DeviceRow device) -> device(device);
      case JobChange.TokensReserved(long upTo) ->
          update("MERGE INTO high_water(name, reached) KEY(name) VALUES (?, ?)", TOKENS, upTo);
    }
  }

  /** Forgets what a rollback may have taken back. */
  void forget() {
    knownSessions.clear();
  }

  private void submit(JobRow job, JobMoveRow move) throws SQLException {
    update(
        """
        MERGE INTO job(job_number, name, owner, device_key, target, strategy, seed, priority,
                       weight, budget_trials, budget_trials_per_task, budget_millis, state, trials,
                       wrong_answers, build_failures, run_failures, planned_trials, active_millis,
                       device_seconds)
        KEY(job_number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0)
        """,
        job.number(),
        job.name(),
        job.owner(),
        job.deviceKey().text(),
        job.target().text(),
        job.strategy(),
        job.seed(),
        job.priority(),
        job.weight(),
        job.newTrials().isPresent() ? job.newTrials().getAsInt() : null,
        job.trialsPerTask().isPresent() ? job.trialsPerTask().getAsInt() : null,
        job.time().isPresent() ? job.time().get().toMillis() : null,
        move.state());
    for (int t = 0; t < job.tasks().size(); t++) {
      JobRow.Task task = job.tasks().get(t);
      update(
          """
          MERGE INTO job_task(job_number, task, workload, uses, layers, space_size, trials)
          KEY(job_number, task) VALUES (?, ?, ?, ?, ?, 0, 0)
          """,
          job.number(),
          t,
          task.workload().text(),
          task.uses(),
          task.layers().toArray(String[]::new));
    }
    for (int u = 0; u < job.uncovered().size(); u++) {
      JobRow.Uncovered layer = job.uncovered().get(u);
      update(
          """
          MERGE INTO job_uncovered(job_number, number, layer, op, reason)
          KEY(job_number, number) VALUES (?, ?, ?, ?, ?)
          """,
          job.number(),
          u,
          layer.layer(),
          layer.op(),
          layer.reason());
    }
    move(job.number(), 0, move);
  }

  private void move(long job, int number, JobMoveRow move) throws SQLException {
    update(
        """
        MERGE INTO job_move(job_number, number, state, who, why, at_millis)
        KEY(job_number, number) VALUES (?, ?, ?, ?, ?, ?)
        """,
        job,
        number,
        move.state(),
        move.who(),
        move.why(),
        move.at().toEpochMilli());
    update("UPDATE job SET state = ? WHERE job_number = ?", move.state(), job);
  }

  private void progress(long job, JobProgress progress) throws SQLException {
    update(
        """
        UPDATE job SET trials = ?, wrong_answers = ?, build_failures = ?, run_failures = ?,
                       planned_trials = ?, active_millis = ?, first_result_millis = ?,
                       device_seconds = ?
        WHERE job_number = ?
        """,
        progress.trials(),
        progress.wrongAnswers(),
        progress.buildFailures(),
        progress.runFailures(),
        progress.plannedTrials(),
        progress.activeMillis(),
        progress.firstResultMillis().isPresent() ? progress.firstResultMillis().getAsLong() : null,
        progress.deviceSeconds(),
        job);
  }

  private void outcome(long job, TaskOutcome outcome) throws SQLException {
    update(
        """
        UPDATE job_task SET space_size = ?, trials = ?, best_nanos = ?
        WHERE job_number = ? AND task = ?
        """,
        outcome.spaceSize(),
        outcome.trials(),
        outcome.bestNanos().isPresent() ? outcome.bestNanos().getAsDouble() : null,
        job,
        outcome.task());
    if (outcome.result().isPresent()) {
      TaskOutcome.Result result = outcome.result().get();
      update(
          """
          UPDATE job_task SET source = ?, default_schedule = ?, default_measurement = ?,
                              best_schedule = ?, best_measurement = ?
          WHERE job_number = ? AND task = ?
          """,
          result.source(),
          result.byDefault().schedule().text(),
          MeasurementBytes.write(result.byDefault().timed()),
          result.best().schedule().text(),
          MeasurementBytes.write(result.best().timed()),
          job,
          outcome.task());
    }
  }

  private void own(long job, Session session, DeviceId device, double factor) throws SQLException {
    if (!knownSessions.add(session)) {
      return;
    }
    update(
        """
        MERGE INTO job_session(session_id, job_number, device, factor) KEY(session_id)
        VALUES (?, ?, ?, ?)
        """,
        records.sessionId(session),
        job,
        device.text(),
        factor);
  }

  private void key(DeviceKeyRow key) throws SQLException {
    update(
        """
        MERGE INTO device_key(device_key, target, reference_nanos) KEY(device_key) VALUES (?, ?, ?)
        """,
        key.key().text(),
        key.target().text(),
        key.referenceNanos().isPresent() ? key.referenceNanos().getAsDouble() : null);
  }

  private void device(DeviceRow device) throws SQLException {
    update(
        """
        MERGE INTO device(device, device_key, description, base_nanos, quarantine_cause,
                          quarantine_reason, quarantine_millis, is_attached)
        KEY(device) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        device.id().text(),
        device.key().text(),
        device.description(),
        device.baseNanos().isPresent() ? device.baseNanos().getAsDouble() : null,
        device.quarantine().map(DeviceRow.Quarantine::cause).orElse(null),
        device.quarantine().map(DeviceRow.Quarantine::reason).orElse(null),
        device.quarantine().map(q -> q.since().toEpochMilli()).orElse(null),
        device.isAttached());
    update("DELETE FROM device_probe WHERE device = ?", device.id().text());
    for (Map.Entry<String, Double> probe : device.probes().entrySet()) {
      update(
          "INSERT INTO device_probe(device, name, number) VALUES (?, ?, ?)",
          device.id().text(),
          probe.getKey(),
          probe.getValue());
    }
  }

  private void update(String sql, @Nullable Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }
}
