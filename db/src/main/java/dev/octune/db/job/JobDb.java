package dev.octune.db.job;

import dev.octune.db.DbException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The service's part of a tuning database. Thread-safe. Methods throw {@link DbException} where the
 * storage fails.
 */
public interface JobDb {
  /**
   * Stores a change. The future completes once it survives the death of this process, after all
   * that was stored before; with a {@link DbException} where nothing of it is stored.
   */
  CompletableFuture<Void> store(JobChange change);

  /**
   * What there is.
   *
   * @param endedStates words of states that nothing moves any more
   * @param maxEnded newest jobs in such a state
   */
  ServiceState load(List<String> endedStates, int maxEnded);

  /** One job, however old. */
  Optional<StoredJob> job(long number);

  /** A job's trials, defaults and confirmations in the order stored. */
  List<JobTrial> trials(long job);

  /** By session id the factors of all jobs' sessions that are not 1. */
  Map<String, Double> factors();
}
