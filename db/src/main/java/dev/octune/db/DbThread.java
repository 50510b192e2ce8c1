package dev.octune.db;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One platform thread on which H2 is called, so that interrupting a caller never reaches H2's file
 * channel, which would close. Callers wait whatever their interrupt state. Thread-safe.
 */
final class DbThread implements AutoCloseable {
  private final ScheduledExecutorService executor;

  DbThread(String name) {
    this.executor =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name(name).daemon().factory());
  }

  /** What a thread is asked to do. */
  interface Work<T> {
    T run() throws SQLException;
  }

  /** Runs the work and waits; RuntimeExceptions come back as they are. */
  <T> T call(Work<T> work) throws SQLException {
    CompletableFuture<T> done =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return work.run();
              } catch (SQLException e) {
                throw new CompletionException(e);
              }
            },
            executor);
    try {
      return done.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case SQLException sql -> throw sql;
        case RuntimeException runtime -> throw runtime;
        case Error error -> throw error;
        case null, default -> throw e;
      }
    }
  }

  /** Runs something later, unless the thread was closed before. */
  Future<?> later(Duration delay, Runnable work) {
    return executor.schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Lets running work end. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
