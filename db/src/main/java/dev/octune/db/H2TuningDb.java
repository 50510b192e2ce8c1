package dev.octune.db;

import dev.octune.db.DbException.Reason;
import dev.octune.db.job.JobDb;
import dev.octune.db.match.LookupResult;
import dev.octune.db.match.Matching;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The database in an H2 file: one writing thread, one reading thread. Thread-safe. */
final class H2TuningDb implements TuningDb {
  /** Pages of rows looked at for one page of a filter: some 50 000 rows, about a second. */
  private static final int MAX_LOOKS = 200;

  private final DatabaseFile file;
  private final @Nullable H2Writer writer;
  private final H2Reader reader;
  private final H2Reads reads;

  private H2TuningDb(DatabaseFile file, @Nullable H2Writer writer, H2Reader reader) {
    this.file = file;
    this.writer = writer;
    this.reader = reader;
    this.reads = new H2Reads(file);
  }

  static H2TuningDb open(DatabaseFile file, Access access) {
    return switch (access) {
      case READER -> new H2TuningDb(file, null, H2Reader.open(file));
      case WRITER -> {
        H2Writer writer = H2Writer.open(file);
        boolean opened = false;
        try {
          H2Reader reader = H2Reader.beside(writer);
          opened = true;
          yield new H2TuningDb(file, writer, reader);
        } finally {
          if (!opened) {
            writer.close();
          }
        }
      }
    };
  }

  @Override
  public CompletableFuture<Void> append(TuningRecord record) {
    return writer().commits().append(record);
  }

  @Override
  public CompletableFuture<Void> putBest(ConfirmedBest best) {
    return writer().commits().put(best);
  }

  @Override
  public void onBest(Consumer<ConfirmedBest> listener) {
    writer().commits().onBest(listener);
  }

  @Override
  public Stream<TuningRecord> records(RecordFilter filter) {
    return PageSpliterator.stream(
        after -> reader.ask(connection -> reads.records(connection, filter, after), "reading"));
  }

  @Override
  public RecordPage page(RecordFilter filter, RecordOrder order, long after, int maxRecords) {
    List<TuningRecord> found = new ArrayList<>();
    long position = after;
    for (int looks = 0; looks < MAX_LOOKS && found.size() < maxRecords; looks++) {
      long from = position;
      int wanted = maxRecords - found.size();
      H2Reads.Page<TuningRecord> page =
          reader.ask(
              connection -> reads.records(connection, filter, order, from, wanted), "reading");
      found.addAll(page.rows());
      position = page.position();
      if (page.isLast()) {
        return new RecordPage(found, OptionalLong.empty());
      }
    }
    return new RecordPage(found, OptionalLong.of(position));
  }

  @Override
  public Set<Schedule> measuredSchedules(Workload workload, Target target) {
    return reader.ask(
        connection -> reads.measuredSchedules(connection, workload, target), "reading schedules");
  }

  @Override
  public Stream<ConfirmedBest> bests() {
    return PageSpliterator.stream(
        after -> reader.ask(connection -> reads.bests(connection, after), "reading bests"));
  }

  @Override
  public Optional<ConfirmedBest> best(Workload workload, Target target) {
    List<ConfirmedBest> same =
        reader.ask(connection -> reads.bestsOf(connection, workload, target), "looking up");
    return Matching.sameKey(workload, target, same).findFirst();
  }

  @Override
  public LookupResult<ConfirmedBest> lookup(
      Workload workload, Target target, Predicate<Candidate> legal) {
    List<ConfirmedBest> same =
        reader.ask(connection -> reads.bestsOf(connection, workload, target), "looking up");
    LookupResult<ConfirmedBest> exact = Matching.find(workload, target, same, legal);
    if (exact instanceof LookupResult.Exact<ConfirmedBest>) {
      return exact;
    }
    return Matching.find(workload, target, bestsOf(workload.operator()), legal);
  }

  @Override
  public JobDb jobs() {
    return new H2JobDb(file, reader, reads, change -> writer().commits().change(change));
  }

  @Override
  public Counts counts() {
    return reader.ask(reads::counts, "counting");
  }

  @Override
  public BackupReport backup(Path to) {
    H2Writer mine = writer;
    try (H2Reader snapshot = mine == null ? H2Reader.open(file) : H2Reader.beside(mine)) {
      snapshot.askPinned(H2TuningDb::beginSnapshot, "beginning a backup");
      return new DatabaseCopy(DatabaseFile.of(to))
          .write(
              PageSpliterator.stream(
                  after ->
                      snapshot.askPinned(
                          connection -> reads.records(connection, RecordFilter.ALL, after),
                          "reading for a backup")),
              PageSpliterator.stream(
                  after ->
                      snapshot.askPinned(
                          connection -> reads.bests(connection, after), "reading for a backup")));
    }
  }

  @Override
  public void close() {
    reader.close();
    Optional.ofNullable(writer).ifPresent(H2Writer::close);
  }

  /** From here on the connection sees what is committed now, and nothing later. */
  private static boolean beginSnapshot(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SNAPSHOT");
    }
    connection.setAutoCommit(false);
    return true;
  }

  private List<ConfirmedBest> bestsOf(String operator) {
    List<ConfirmedBest> known = new ArrayList<>();
    PageSpliterator.stream(
            after ->
                reader.ask(connection -> reads.bestsOf(connection, operator, after), "looking up"))
        .forEach(known::add);
    return known;
  }

  private H2Writer writer() {
    H2Writer mine = writer;
    if (mine == null) {
      throw new DbException(
          Reason.READ_ONLY, "it is open for reading", file.file(), "open it for writing");
    }
    return mine;
  }
}
