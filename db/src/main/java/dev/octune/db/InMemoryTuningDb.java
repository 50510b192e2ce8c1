package dev.octune.db;

import dev.octune.db.DbException.Reason;
import dev.octune.db.job.JobDb;
import dev.octune.db.match.LookupResult;
import dev.octune.db.match.Matching;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.Session;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The database without a file. Thread-safe. */
final class InMemoryTuningDb implements TuningDb {
  private static final Path WHERE = Path.of("(in memory)");

  private final Map<RecordKey, TuningRecord> records = new LinkedHashMap<>();
  private final Map<TaskKey, ConfirmedBest> bests = new LinkedHashMap<>();
  private final Map<String, Session> sessions = new HashMap<>();
  private final List<Consumer<ConfirmedBest>> listeners = new ArrayList<>();
  private final JobDb jobs = new InMemoryJobDb(this);
  private boolean closed;

  private record RecordKey(String sessionId, int number) {}

  private record TaskKey(Workload workload, Target target) {}

  @Override
  public synchronized CompletableFuture<Void> append(TuningRecord record) {
    if (closed) {
      return CompletableFuture.failedFuture(closedError());
    }
    Session session = sessions.putIfAbsent(record.session().id(), record.session());
    if (session != null && !session.equals(record.session())) {
      return CompletableFuture.failedFuture(DbException.conflict(record.session(), WHERE));
    }
    RecordKey key = new RecordKey(record.session().id(), record.number());
    if (records.putIfAbsent(key, record) != null) {
      return CompletableFuture.failedFuture(
          new DbException(
              Reason.DUPLICATE,
              "a record of this session and number is there already",
              WHERE,
              "count records of a session on, or start a new session"));
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletableFuture<Void> putBest(ConfirmedBest best) {
    if (closed) {
      return CompletableFuture.failedFuture(closedError());
    }
    bests.put(new TaskKey(best.workload(), best.target()), best);
    listeners.forEach(listener -> listener.accept(best));
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized void onBest(Consumer<ConfirmedBest> listener) {
    listeners.add(listener);
  }

  @Override
  public synchronized Stream<TuningRecord> records(RecordFilter filter) {
    checkOpen();
    return List.copyOf(records.values()).stream().filter(filter::matches);
  }

  @Override
  public synchronized RecordPage page(
      RecordFilter filter, RecordOrder order, long after, int maxRecords) {
    checkOpen();
    // Ordinals count from 1 in the order stored, as a database's do.
    List<TuningRecord> all = List.copyOf(records.values());
    int step = order == RecordOrder.OLDEST_FIRST ? 1 : -1;
    long ordinal = step < 0 && after == 0 ? all.size() : after + step;
    List<TuningRecord> found = new ArrayList<>();
    for (; ordinal >= 1 && ordinal <= all.size() && found.size() < maxRecords; ordinal += step) {
      TuningRecord record = all.get((int) ordinal - 1);
      if (filter.matches(record)) {
        found.add(record);
      }
    }
    boolean isLast = ordinal < 1 || ordinal > all.size();
    return new RecordPage(found, isLast ? OptionalLong.empty() : OptionalLong.of(ordinal - step));
  }

  @Override
  public Set<Schedule> measuredSchedules(Workload workload, Target target) {
    return trials(workload, target).stream()
        .map(TuningRecord::schedule)
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public synchronized Stream<ConfirmedBest> bests() {
    checkOpen();
    return List.copyOf(bests.values()).stream();
  }

  @Override
  public synchronized Optional<ConfirmedBest> best(Workload workload, Target target) {
    checkOpen();
    return Matching.sameKey(workload, target, List.copyOf(bests.values())).findFirst();
  }

  @Override
  public synchronized LookupResult<ConfirmedBest> lookup(
      Workload workload, Target target, Predicate<Candidate> legal) {
    checkOpen();
    return Matching.find(workload, target, List.copyOf(bests.values()), legal);
  }

  @Override
  public JobDb jobs() {
    return jobs;
  }

  @Override
  public synchronized Counts counts() {
    checkOpen();
    return new Counts(records.size(), bests.size());
  }

  @Override
  public synchronized BackupReport backup(Path to) {
    checkOpen();
    return new DatabaseCopy(DatabaseFile.of(to))
        .write(records.values().stream(), bests.values().stream());
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  private void checkOpen() {
    if (closed) {
      throw closedError();
    }
  }

  private static DbException closedError() {
    return new DbException(Reason.CLOSED, "the database was closed", WHERE, "open it again");
  }
}
