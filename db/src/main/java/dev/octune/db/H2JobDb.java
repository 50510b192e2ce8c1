package dev.octune.db;

import dev.octune.db.job.DeviceKeyRow;
import dev.octune.db.job.DeviceRow;
import dev.octune.db.job.JobChange;
import dev.octune.db.job.JobDb;
import dev.octune.db.job.JobMoveRow;
import dev.octune.db.job.JobProgress;
import dev.octune.db.job.JobRow;
import dev.octune.db.job.JobTrial;
import dev.octune.db.job.ServiceState;
import dev.octune.db.job.StoredJob;
import dev.octune.db.job.TaskOutcome;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.io.IOException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The service's part of an H2 file. Thread-safe. */
final class H2JobDb implements JobDb {
  private static final String JOB_COLUMNS =
      """
      SELECT job_number, name, owner, device_key, target, strategy, seed, priority, weight,
             budget_trials, budget_trials_per_task, budget_millis, trials, wrong_answers,
             build_failures, run_failures, planned_trials, active_millis, first_result_millis,
             device_seconds
      FROM job
      """;

  private final DatabaseFile file;
  private final H2Reader reader;
  private final H2Reads reads;
  private final Function<JobChange, CompletableFuture<Void>> writer;

  H2JobDb(
      DatabaseFile file,
      H2Reader reader,
      H2Reads reads,
      Function<JobChange, CompletableFuture<Void>> writer) {
    this.file = file;
    this.reader = reader;
    this.reads = reads;
    this.writer = writer;
  }

  @Override
  public CompletableFuture<Void> store(JobChange change) {
    return writer.apply(change);
  }

  @Override
  public ServiceState load(List<String> endedStates, int maxEnded) {
    return reader.ask(connection -> load(connection, endedStates, maxEnded), "reading jobs");
  }

  @Override
  public Optional<StoredJob> job(long number) {
    return reader.ask(
        connection ->
            jobs(connection, JOB_COLUMNS + "WHERE job_number = ?", number).stream().findFirst(),
        "reading a job");
  }

  @Override
  public List<JobTrial> trials(long job) {
    Map<String, JobSession> sessions =
        reader.ask(connection -> sessions(connection, job), "reading a job's trials");
    List<JobTrial> trials = new ArrayList<>();
    PageSpliterator.stream(
            after ->
                reader.ask(
                    connection -> reads.recordsOfJob(connection, job, after),
                    "reading a job's trials"))
        .forEach(
            row -> {
              TuningRecord trial = row;
              JobSession session = sessions.get(trial.session().id());
              // A session that began after they were read comes with a later call.
              if (session != null) {
                trials.add(new JobTrial(trial, session.device(), session.factor()));
              }
            });
    return List.copyOf(trials);
  }

  @Override
  public Map<String, Double> factors() {
    return reader.ask(
        connection -> {
          Map<String, Double> factors = new HashMap<>();
          query(
              connection,
              """
              SELECT s.id, j.factor FROM job_session j JOIN session s ON s.session_id = j.session_id
              WHERE j.factor <> 1
              """,
              row -> factors.put(row.getString(1), row.getDouble(2)));
          return Map.copyOf(factors);
        },
        "reading factors");
  }

  private record JobSession(DeviceId device, double factor) {}

  /** Takes a row; a text or number that means nothing here is an IllegalArgumentException. */
  private interface Row {
    void take(ResultSet row) throws SQLException, IOException;
  }

  private ServiceState load(Connection connection, List<String> endedStates, int maxEnded)
      throws SQLException {
    List<StoredJob> jobs = new ArrayList<>();
    String[] ended = endedStates.toArray(String[]::new);
    jobs.addAll(
        jobs(
            connection,
            JOB_COLUMNS + "WHERE state = ANY(?) ORDER BY job_number DESC LIMIT ?",
            ended,
            maxEnded));
    jobs.addAll(jobs(connection, JOB_COLUMNS + "WHERE NOT (state = ANY(?))", (Object) ended));
    jobs.sort((a, b) -> Long.compare(a.row().number(), b.row().number()));
    return new ServiceState(
        jobs,
        number(connection, "SELECT MAX(job_number) FROM job"),
        keys(connection),
        devices(connection),
        number(connection, "SELECT reached FROM high_water WHERE name = ?", H2JobWrites.TOKENS));
  }

  private List<StoredJob> jobs(Connection connection, String sql, Object... values)
      throws SQLException {
    List<StoredJob> jobs = new ArrayList<>();
    query(connection, sql, row -> jobs.add(job(connection, row)), values);
    return jobs;
  }

  private StoredJob job(Connection connection, ResultSet row) throws SQLException {
    long number = row.getLong(1);
    List<JobRow.Task> tasks = new ArrayList<>();
    List<TaskOutcome> outcomes = new ArrayList<>();
    query(
        connection,
        """
        SELECT task, workload, uses, layers, space_size, trials, source, default_schedule,
               default_measurement, best_schedule, best_measurement, best_nanos
        FROM job_task WHERE job_number = ? ORDER BY task
        """,
        task -> {
          tasks.add(
              new JobRow.Task(
                  Workload.parse(task.getString(2)), task.getInt(3), texts(task.getArray(4))));
          outcomes.add(
              new TaskOutcome(
                  task.getInt(1), task.getInt(5), task.getInt(6), number(task, 12), result(task)));
        },
        number);
    List<JobRow.Uncovered> uncovered = new ArrayList<>();
    query(
        connection,
        "SELECT layer, op, reason FROM job_uncovered WHERE job_number = ? ORDER BY number",
        layer ->
            uncovered.add(
                new JobRow.Uncovered(layer.getString(1), layer.getString(2), layer.getString(3))),
        number);
    List<JobMoveRow> moves = new ArrayList<>();
    query(
        connection,
        "SELECT state, who, why, at_millis FROM job_move WHERE job_number = ? ORDER BY number",
        move ->
            moves.add(
                new JobMoveRow(
                    move.getString(1),
                    move.getString(2),
                    move.getString(3),
                    Instant.ofEpochMilli(move.getLong(4)))),
        number);
    JobRow job =
        new JobRow(
            number,
            row.getString(2),
            row.getString(3),
            new DeviceKey(row.getString(4)),
            Target.parse(row.getString(5)),
            row.getString(6),
            row.getLong(7),
            row.getInt(8),
            row.getDouble(9),
            integer(row, 10),
            integer(row, 11),
            Optional.ofNullable(row.getObject(12, Long.class)).map(Duration::ofMillis),
            tasks,
            uncovered);
    Long first = row.getObject(19, Long.class);
    JobProgress progress =
        new JobProgress(
            row.getInt(13),
            row.getInt(14),
            row.getInt(15),
            row.getInt(16),
            row.getInt(17),
            row.getLong(18),
            first == null ? OptionalLong.empty() : OptionalLong.of(first),
            row.getDouble(20));
    return new StoredJob(job, moves, progress, outcomes);
  }

  private static Optional<TaskOutcome.Result> result(ResultSet task)
      throws SQLException, IOException {
    String source = task.getString(7);
    if (source == null) {
      return Optional.empty();
    }
    return Optional.of(
        new TaskOutcome.Result(
            H2Reads.figure(task.getString(8), task.getBytes(9)),
            H2Reads.figure(task.getString(10), task.getBytes(11)),
            source));
  }

  private Map<String, JobSession> sessions(Connection connection, long job) throws SQLException {
    Map<String, JobSession> sessions = new HashMap<>();
    query(
        connection,
        """
        SELECT s.id, j.device, j.factor
        FROM job_session j JOIN session s ON s.session_id = j.session_id WHERE j.job_number = ?
        """,
        row ->
            sessions.put(
                row.getString(1), new JobSession(new DeviceId(row.getString(2)), row.getDouble(3))),
        job);
    return sessions;
  }

  private List<DeviceKeyRow> keys(Connection connection) throws SQLException {
    List<DeviceKeyRow> keys = new ArrayList<>();
    query(
        connection,
        "SELECT device_key, target, reference_nanos FROM device_key ORDER BY device_key",
        row ->
            keys.add(
                new DeviceKeyRow(
                    new DeviceKey(row.getString(1)),
                    Target.parse(row.getString(2)),
                    number(row, 3))));
    return keys;
  }

  private List<DeviceRow> devices(Connection connection) throws SQLException {
    Map<String, Map<String, Double>> probes = new HashMap<>();
    query(
        connection,
        "SELECT device, name, number FROM device_probe",
        row ->
            probes
                .computeIfAbsent(row.getString(1), _ -> new HashMap<>())
                .put(row.getString(2), row.getDouble(3)));
    List<DeviceRow> devices = new ArrayList<>();
    query(
        connection,
        """
        SELECT device, device_key, description, base_nanos, quarantine_cause, quarantine_reason,
               quarantine_millis, is_attached
        FROM device ORDER BY device
        """,
        row -> {
          String cause = row.getString(5);
          devices.add(
              new DeviceRow(
                  new DeviceId(row.getString(1)),
                  new DeviceKey(row.getString(2)),
                  row.getString(3),
                  number(row, 4),
                  cause == null
                      ? Optional.empty()
                      : Optional.of(
                          new DeviceRow.Quarantine(
                              cause, row.getString(6), Instant.ofEpochMilli(row.getLong(7)))),
                  row.getBoolean(8),
                  probes.getOrDefault(row.getString(1), Map.of())));
        });
    return devices;
  }

  private long number(Connection connection, String sql, Object... values) throws SQLException {
    long[] number = {0};
    query(connection, sql, row -> number[0] = row.getLong(1), values);
    return number[0];
  }

  private void query(Connection connection, String sql, Row each, Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          each.take(row);
        }
      }
    } catch (IllegalArgumentException | IOException e) {
      throw reads.damaged("a row of the service's tables in " + file.file(), e);
    }
  }

  private static List<String> texts(Array array) throws SQLException {
    return Arrays.stream((Object[]) array.getArray()).map(String::valueOf).toList();
  }

  private static OptionalInt integer(ResultSet row, int column) throws SQLException {
    @Nullable Integer value = row.getObject(column, Integer.class);
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private static OptionalDouble number(ResultSet row, int column) throws SQLException {
    @Nullable Double value = row.getObject(column, Double.class);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
