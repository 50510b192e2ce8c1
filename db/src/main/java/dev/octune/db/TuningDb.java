package dev.octune.db;

import dev.octune.db.job.JobDb;
import dev.octune.db.match.Legality;
import dev.octune.db.match.LookupIndex;
import dev.octune.db.match.LookupResult;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * All tuning records and confirmed bests. One process at a time has it open for writing; readers
 * stand beside it, and see what is committed. Thread-safe; every method may be called from a thread
 * that is interrupted. Where a method takes a workload and target, azp does not matter.
 *
 * <p>Every method throws {@link DbException} where the storage fails.
 */
public interface TuningDb extends AutoCloseable {
  /** What the database is opened for. */
  enum Access {
    /** Creates the file and its folder where missing. */
    WRITER,
    READER
  }

  /** What the name of a database file ends with. */
  String FILE_SUFFIX = DatabaseFile.SUFFIX;

  /** Opens a database file; a missing ".mv.db" is added to the name. */
  static TuningDb open(Path file, Access access) {
    return H2TuningDb.open(DatabaseFile.of(file), access);
  }

  /** An empty database that lives and ends with this object. */
  static TuningDb inMemory() {
    return new InMemoryTuningDb();
  }

  /** Removes records of a database that nobody has open, and compacts its file. */
  static PruneReport prune(Path file, PrunePlan plan) {
    return H2Pruning.prune(DatabaseFile.of(file), plan);
  }

  /**
   * Where the database is unless a command says otherwise: {@code octune/tuning.mv.db} in the XDG
   * data folder.
   *
   * @param environment variables by name, as {@link System#getenv()} gives them
   */
  static Path defaultFile(Map<String, String> environment) {
    return DatabaseFile.defaultFile(environment);
  }

  /**
   * Stores a record. The future completes once the record survives the death of this process,
   * within about {@link GroupCommit#MAX_DELAY} and after all records appended before; only then the
   * trial counts. It fails with a {@link DbException}, DUPLICATE where session and number are there
   * already. Blocks while {@link GroupCommit#MAX_WAITING} writes wait.
   */
  CompletableFuture<Void> append(TuningRecord record);

  /**
   * Stores a confirmed best in place of the one there was for its workload (with its azp) and
   * target. The caller confirmed the stored one beside it where there was one, so that the best
   * never gets worse. Durable as {@link #append}, and a checkpoint: everything up to it survives a
   * loss of power too.
   */
  CompletableFuture<Void> putBest(ConfirmedBest best);

  /**
   * Has every best that becomes durable from now on told, in order, before the future of whoever
   * stored it completes.
   *
   * @param listener called on the writing thread; must return at once and must not throw
   */
  void onBest(Consumer<ConfirmedBest> listener);

  /**
   * The confirmed bests in memory, those to come too: whatever is durable is in it before its
   * future completes. Needs {@link Access#WRITER}.
   *
   * @param legality such as {@code KernelLibrary::points}; its answers must not change
   */
  default LookupIndex index(Legality legality) {
    LookupIndex index = new LookupIndex(legality);
    onBest(index::put);
    try (Stream<ConfirmedBest> all = bests()) {
      // A page may have been read before a newer best of one of its rows was told.
      all.forEach(index::putIfAbsent);
    }
    return index;
  }

  /** Every record of a workload on a target, in the order stored. */
  default List<TuningRecord> trials(Workload workload, Target target) {
    try (Stream<TuningRecord> records =
        records(RecordFilter.ALL.withWorkload(workload).withTarget(target))) {
      return records.toList();
    }
  }

  /** Records in the order stored, read page by page while the stream is consumed. */
  Stream<TuningRecord> records(RecordFilter filter);

  /**
   * Some of the records.
   *
   * @param after the position that {@link RecordPage#next} told in this order; 0 begins
   * @param maxRecords of the page; it may have fewer, and none at all, where many rows do not agree
   *     with the filter
   */
  RecordPage page(RecordFilter filter, RecordOrder order, long after, int maxRecords);

  /** Schedules with a record of this workload on this target, failures too. */
  Set<Schedule> measuredSchedules(Workload workload, Target target);

  /** Confirmed bests, read page by page while the stream is consumed. */
  Stream<ConfirmedBest> bests();

  /**
   * The confirmed best of a workload on a target, whether or not its schedule is legal today: the
   * incumbent of the next confirmation. Of several that differ in azp alone, the one with the same
   * azp, or else the newest.
   */
  Optional<ConfirmedBest> best(Workload workload, Target target);

  /**
   * What is known about a query.
   *
   * @param legal whether a schedule is a point of its workload's and target's space today: {@code
   *     KernelLibrary::contains}
   */
  LookupResult<ConfirmedBest> lookup(Workload workload, Target target, Predicate<Candidate> legal);

  /** What the service keeps here of its jobs and devices. */
  JobDb jobs();

  /** How much there is. */
  Counts counts();

  /**
   * Copies the records and bests that are committed now, jobs and devices not, into a fresh
   * database file, while others read and write.
   *
   * @param to must not exist; a missing ".mv.db" is added to the name
   */
  BackupReport backup(Path to);

  /** Stores what waits, then lets go of the file. Idempotent. */
  @Override
  void close();

  /** Records and confirmed bests of a database. */
  record Counts(long records, long bests) {}
}
