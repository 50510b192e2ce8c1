package dev.octune.db;

import dev.octune.db.DbException.Reason;
import dev.octune.db.match.Matching;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.text.TextException;
import dev.octune.kernels.workload.Workload;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The SELECTs, each in one short call on a connection. Not thread-safe. */
final class H2Reads {
  /** Rows of a page: some 100 KB, and one step of the reading thread. */
  static final int PAGE_ROWS = 256;

  /**
   * The inner SELECT takes its rows from an index whose order it names in full, so that H2 neither
   * chooses another one nor sorts all rows for every page ("index sorted" in its plan).
   */
  private static final String RECORD_PAGE =
      """
      SELECT r.ordinal, t.workload, t.target, r.schedule, s.id, s.device, s.octune_version,
             s.compiler_version, r.number, r.kind, r.seed, r.measurement, r.measured_at_millis,
             r.checksum
      FROM (SELECT * FROM record WHERE %s LIMIT %d) r
      JOIN task t ON t.task_id = r.task_id JOIN session s ON s.session_id = r.session_id
      ORDER BY r.ordinal
      """;

  static final String ANY_PAGE = RECORD_PAGE.formatted("ordinal > ? ORDER BY ordinal", PAGE_ROWS);
  static final String TASK_PAGE =
      RECORD_PAGE.formatted("ordinal > ? AND task_id = ? ORDER BY task_id, ordinal", PAGE_ROWS);
  static final String ANY_PAGE_BACK =
      RECORD_PAGE.formatted("ordinal < ? ORDER BY ordinal DESC", PAGE_ROWS);
  static final String TASK_PAGE_BACK =
      RECORD_PAGE.formatted(
          "ordinal < ? AND task_id = ? ORDER BY task_id DESC, ordinal DESC", PAGE_ROWS);

  private static final String JOB_PAGE =
      RECORD_PAGE.formatted(
          "session_id IN (SELECT session_id FROM job_session WHERE job_number = ?)"
              + " AND ordinal > ? ORDER BY ordinal",
          PAGE_ROWS);

  private static final String BEST_COLUMNS =
      """
      SELECT t.task_id, t.workload, t.target, b.default_schedule, b.default_measurement,
             b.best_schedule, b.best_measurement, s.id, s.device, s.octune_version,
             s.compiler_version, b.confirmed_at_millis, b.checksum
      FROM best b JOIN task t ON t.task_id = b.task_id
                  JOIN session s ON s.session_id = b.session_id
      """;

  private final DatabaseFile file;

  H2Reads(DatabaseFile file) {
    this.file = file;
  }

  /**
   * Rows after a position, in order.
   *
   * @param position of the last row looked at; where the next page begins
   * @param isLast true where nothing is behind it
   */
  record Page<T>(List<T> rows, long position, boolean isLast) {}

  Page<TuningRecord> records(Connection connection, RecordFilter filter, long after)
      throws SQLException {
    return records(connection, filter, RecordOrder.OLDEST_FIRST, after, PAGE_ROWS);
  }

  /**
   * As above, in an order and with at most so many rows; the position is then that of the last of
   * them.
   */
  Page<TuningRecord> records(
      Connection connection, RecordFilter filter, RecordOrder order, long after, int maxRows)
      throws SQLException {
    boolean back = order == RecordOrder.NEWEST_FIRST;
    Comparator<Long> byOrdinal =
        back ? Comparator.<Long>reverseOrder() : Comparator.<Long>naturalOrder();
    TreeMap<Long, TuningRecord> found = new TreeMap<>(byOrdinal);
    long beyond = back && after == 0 ? Long.MAX_VALUE : after;
    if (filter.workload().isPresent()) {
      for (int task : tasks(connection, filter.workload().get())) {
        try (PreparedStatement page =
            connection.prepareStatement(back ? TASK_PAGE_BACK : TASK_PAGE)) {
          page.setLong(1, beyond);
          page.setInt(2, task);
          recordPage(page, found);
        }
      }
    } else {
      try (PreparedStatement page = connection.prepareStatement(back ? ANY_PAGE_BACK : ANY_PAGE)) {
        page.setLong(1, beyond);
        recordPage(page, found);
      }
    }
    boolean isLast = found.size() < PAGE_ROWS;
    while (found.size() > PAGE_ROWS) {
      found.pollLastEntry();
    }
    long position = found.isEmpty() ? after : found.lastKey();
    List<TuningRecord> rows = new ArrayList<>();
    for (Map.Entry<Long, TuningRecord> row : found.entrySet()) {
      if (filter.matches(row.getValue())) {
        rows.add(row.getValue());
        if (rows.size() == maxRows) {
          return new Page<>(rows, row.getKey(), isLast && row.getKey() == position);
        }
      }
    }
    return new Page<>(rows, position, isLast);
  }

  /** Records of a job after a position, in order: those of its sessions. */
  Page<TuningRecord> recordsOfJob(Connection connection, long job, long after) throws SQLException {
    TreeMap<Long, TuningRecord> found = new TreeMap<>();
    try (PreparedStatement page = connection.prepareStatement(JOB_PAGE)) {
      page.setLong(1, job);
      page.setLong(2, after);
      recordPage(page, found);
    }
    return new Page<>(
        List.copyOf(found.values()),
        found.isEmpty() ? after : found.lastKey(),
        found.size() < PAGE_ROWS);
  }

  Page<ConfirmedBest> bests(Connection connection, long after) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            BEST_COLUMNS + "WHERE t.task_id > ? ORDER BY t.task_id LIMIT " + PAGE_ROWS)) {
      statement.setLong(1, after);
      return bestPage(statement, after);
    }
  }

  /** Bests of one workload, whatever its azp, on one target. */
  List<ConfirmedBest> bestsOf(Connection connection, Workload workload, Target target)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(BEST_COLUMNS + "WHERE t.match_workload = ? AND t.target = ?")) {
      statement.setString(1, Matching.key(workload).text());
      statement.setString(2, target.text());
      return bestPage(statement, 0).rows();
    }
  }

  /** Bests of one operator on any target. */
  Page<ConfirmedBest> bestsOf(Connection connection, String operator, long after)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            BEST_COLUMNS
                + "WHERE t.match_workload >= ? AND t.match_workload < ? AND t.task_id > ?"
                + " ORDER BY t.task_id LIMIT "
                + PAGE_ROWS)) {
      statement.setString(1, operator + " ");
      // The character behind the space: all texts that begin with the operator lie between.
      statement.setString(2, operator + "!");
      statement.setLong(3, after);
      return bestPage(statement, after);
    }
  }

  Set<Schedule> measuredSchedules(Connection connection, Workload workload, Target target)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT DISTINCT r.schedule FROM record r JOIN task t ON t.task_id = r.task_id
            WHERE t.match_workload = ? AND t.target = ?
            """)) {
      statement.setString(1, Matching.key(workload).text());
      statement.setString(2, target.text());
      Set<Schedule> schedules = new HashSet<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          schedules.add(Schedule.parse(row.getString(1)));
        }
      } catch (TextException e) {
        throw damaged("a schedule", e);
      }
      return Set.copyOf(schedules);
    }
  }

  TuningDb.Counts counts(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT (SELECT COUNT(*) FROM record), (SELECT COUNT(*) FROM best)")) {
      row.next();
      return new TuningDb.Counts(row.getLong(1), row.getLong(2));
    }
  }

  /** A workload's tasks: one for each azp and target. */
  private static List<Integer> tasks(Connection connection, Workload workload) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT task_id FROM task WHERE match_workload = ?")) {
      statement.setString(1, Matching.key(workload).text());
      List<Integer> tasks = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          tasks.add(row.getInt(1));
        }
      }
      return tasks;
    }
  }

  private void recordPage(PreparedStatement page, Map<Long, TuningRecord> found)
      throws SQLException {
    Texts texts = new Texts();
    try (ResultSet row = page.executeQuery()) {
      while (row.next()) {
        found.put(row.getLong(1), record(row, texts));
      }
    }
  }

  private Page<ConfirmedBest> bestPage(PreparedStatement statement, long after)
      throws SQLException {
    List<ConfirmedBest> rows = new ArrayList<>();
    Texts texts = new Texts();
    long position = after;
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        position = row.getLong(1);
        rows.add(best(row, texts));
      }
    }
    return new Page<>(List.copyOf(rows), position, rows.size() < PAGE_ROWS);
  }

  private TuningRecord record(ResultSet row, Texts texts) throws SQLException {
    String which = "record " + row.getLong(1);
    try {
      byte[] measurement = row.getBytes(12);
      TuningRecord record =
          new TuningRecord(
              texts.session(row.getString(5), row.getString(6), row.getString(7), row.getString(8)),
              row.getInt(9),
              TuningRecord.Kind.parse(row.getString(10)),
              new Candidate(
                  texts.workload(row.getString(2)),
                  texts.target(row.getString(3)),
                  Schedule.parse(row.getString(4))),
              row.getLong(11),
              MeasurementBytes.read(measurement),
              Instant.ofEpochMilli(row.getLong(13)));
      check(which, row.getInt(14), H2Writes.checksum(record, measurement));
      return record;
    } catch (IllegalArgumentException | IOException e) {
      throw damaged(which, e);
    }
  }

  private ConfirmedBest best(ResultSet row, Texts texts) throws SQLException {
    String which = "confirmed best " + row.getLong(1);
    try {
      byte[] defaultMeasurement = row.getBytes(5);
      byte[] bestMeasurement = row.getBytes(7);
      ConfirmedBest best =
          new ConfirmedBest(
              texts.workload(row.getString(2)),
              texts.target(row.getString(3)),
              figure(row.getString(4), defaultMeasurement),
              figure(row.getString(6), bestMeasurement),
              texts.session(
                  row.getString(8), row.getString(9), row.getString(10), row.getString(11)),
              Instant.ofEpochMilli(row.getLong(12)));
      check(which, row.getInt(13), H2Writes.checksum(best, defaultMeasurement, bestMeasurement));
      return best;
    } catch (IllegalArgumentException | IOException e) {
      throw damaged(which, e);
    }
  }

  private static void check(String which, int stored, int computed) throws IOException {
    if (stored != computed) {
      throw new IOException(
          "the checksum of %s is %08x, its content has %08x".formatted(which, stored, computed));
    }
  }

  static ConfirmedBest.Figure figure(String schedule, byte[] measurement) throws IOException {
    if (MeasurementBytes.read(measurement) instanceof Measurement.Timed timed) {
      return new ConfirmedBest.Figure(Schedule.parse(schedule), timed);
    }
    throw new IOException("its measurement is not a timed one");
  }

  DbException damaged(String which, Exception e) {
    return new DbException(
        Reason.CORRUPTED,
        which + " can't be read: " + e.getMessage(),
        file.file(),
        "restore a backup, or move the file away and import an exported log",
        e);
  }

  /** Texts that repeat from row to row are parsed once a page. */
  private static final class Texts {
    private final Map<String, Workload> workloads = new HashMap<>();
    private final Map<String, Target> targets = new HashMap<>();
    private final Map<String, Session> sessions = new HashMap<>();

    Workload workload(String text) throws TextException {
      return workloads.computeIfAbsent(text, Workload::parse);
    }

    Target target(String text) throws TextException {
      return targets.computeIfAbsent(text, Target::parse);
    }

    Session session(String id, String device, String octuneVersion, String compilerVersion) {
      return sessions.computeIfAbsent(
          id, _ -> new Session(id, device, octuneVersion, compilerVersion));
    }
  }
}
