package dev.octune.db;

import dev.octune.db.match.Matching;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Map;

/** The INSERTs of the one writing connection. Confined to the writer's thread. */
final class H2Writes {
  private final DatabaseFile file;
  private final Connection connection;
  private final Map<String, Integer> taskIds = Recent.map();
  private final Map<Session, Integer> sessionIds = Recent.map();

  H2Writes(DatabaseFile file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  void insert(TuningRecord record) throws SQLException {
    int task = taskId(record.workload(), record.target());
    int session = sessionId(record.session());
    byte[] measurement = MeasurementBytes.write(record.measurement());
    try (PreparedStatement row =
        connection.prepareStatement(
            """
            INSERT INTO record(task_id, session_id, number, kind, schedule, status, median_nanos,
                               measurement, seed, measured_at_millis, checksum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)) {
      row.setInt(1, task);
      row.setInt(2, session);
      row.setInt(3, record.number());
      row.setString(4, record.kind().text());
      row.setString(5, record.schedule().text());
      row.setString(6, record.measurement().status());
      if (record.measurement() instanceof Measurement.Timed timed) {
        row.setDouble(7, timed.medianNanos());
      } else {
        row.setNull(7, Types.DOUBLE);
      }
      row.setBytes(8, measurement);
      row.setLong(9, record.seed());
      row.setLong(10, record.measuredAt().toEpochMilli());
      row.setInt(11, checksum(record, measurement));
      row.executeUpdate();
    }
  }

  void put(ConfirmedBest best) throws SQLException {
    byte[] defaultMeasurement = MeasurementBytes.write(best.defaultFigure().timed());
    byte[] bestMeasurement = MeasurementBytes.write(best.best().timed());
    try (PreparedStatement row =
        connection.prepareStatement(
            """
            MERGE INTO best(task_id, session_id, default_schedule, default_measurement,
                            default_nanos, best_schedule, best_measurement, best_nanos,
                            confirmed_at_millis, checksum)
            KEY(task_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)) {
      row.setInt(1, taskId(best.workload(), best.target()));
      row.setInt(2, sessionId(best.session()));
      row.setString(3, best.defaultFigure().schedule().text());
      row.setBytes(4, defaultMeasurement);
      row.setDouble(5, best.defaultFigure().medianNanos());
      row.setString(6, best.best().schedule().text());
      row.setBytes(7, bestMeasurement);
      row.setDouble(8, best.best().medianNanos());
      row.setLong(9, best.confirmedAt().toEpochMilli());
      row.setInt(10, checksum(best, defaultMeasurement, bestMeasurement));
      row.executeUpdate();
    }
  }

  /** Forgets ids that a rollback may have taken back. */
  void forget() {
    taskIds.clear();
    sessionIds.clear();
  }

  /** What a record's row must have as its checksum. */
  static int checksum(TuningRecord record, byte[] measurement) {
    return sessionPart(record.session())
        .add(record.number())
        .add(record.kind().text())
        .add(record.workload().text())
        .add(record.target().text())
        .add(record.schedule().text())
        .add(record.seed())
        .add(record.measuredAt().toEpochMilli())
        .add(measurement)
        .value();
  }

  /** What a confirmed best's row must have as its checksum. */
  static int checksum(ConfirmedBest best, byte[] defaultMeasurement, byte[] bestMeasurement) {
    return sessionPart(best.session())
        .add(best.workload().text())
        .add(best.target().text())
        .add(best.defaultFigure().schedule().text())
        .add(defaultMeasurement)
        .add(best.best().schedule().text())
        .add(bestMeasurement)
        .add(best.confirmedAt().toEpochMilli())
        .value();
  }

  private static RowChecksum sessionPart(Session session) {
    return new RowChecksum()
        .add(session.id())
        .add(session.device())
        .add(session.octuneVersion())
        .add(session.compilerVersion());
  }

  private int taskId(Workload workload, Target target) throws SQLException {
    String key = target.text() + '\n' + workload.text();
    Integer known = taskIds.get(key);
    if (known != null) {
      return known;
    }
    int id =
        findOrInsert(
            "SELECT task_id FROM task WHERE workload = ? AND target = ?",
            "INSERT INTO task(workload, target, match_workload) VALUES (?, ?, ?)",
            2,
            workload.text(),
            target.text(),
            Matching.key(workload).text());
    taskIds.put(key, id);
    return id;
  }

  /** The row of a session, made where there is none. */
  int sessionId(Session session) throws SQLException {
    Integer known = sessionIds.get(session);
    if (known != null) {
      return known;
    }
    int id =
        findOrInsert(
            "SELECT session_id FROM session WHERE id = ?",
            "INSERT INTO session(id, device, octune_version, compiler_version) VALUES (?, ?, ?, ?)",
            1,
            session.id(),
            session.device(),
            session.octuneVersion(),
            session.compilerVersion());
    checkSame(session, id);
    sessionIds.put(session, id);
    return id;
  }

  private void checkSame(Session session, int id) throws SQLException {
    try (PreparedStatement find =
        connection.prepareStatement(
            "SELECT id, device, octune_version, compiler_version FROM session"
                + " WHERE session_id = ?")) {
      find.setInt(1, id);
      try (ResultSet row = find.executeQuery()) {
        row.next();
        Session stored =
            new Session(row.getString(1), row.getString(2), row.getString(3), row.getString(4));
        if (!stored.equals(session)) {
          throw DbException.conflict(session, file.file());
        }
      }
    }
  }

  /** Looks by the first keyCount values; inserts all of them where there is no such row. */
  private int findOrInsert(String select, String insert, int keyCount, String... values)
      throws SQLException {
    try (PreparedStatement find = connection.prepareStatement(select)) {
      for (int i = 0; i < keyCount; i++) {
        find.setString(i + 1, values[i]);
      }
      try (ResultSet row = find.executeQuery()) {
        if (row.next()) {
          return row.getInt(1);
        }
      }
    }
    try (PreparedStatement add =
        connection.prepareStatement(insert, PreparedStatement.RETURN_GENERATED_KEYS)) {
      for (int i = 0; i < values.length; i++) {
        add.setString(i + 1, values[i]);
      }
      add.executeUpdate();
      try (ResultSet key = add.getGeneratedKeys()) {
        key.next();
        return key.getInt(1);
      }
    }
  }
}
