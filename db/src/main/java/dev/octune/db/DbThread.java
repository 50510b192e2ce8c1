package dev.octune.db;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One platform thread on which H2 is called, so that interrupting a caller never reaches H2's file
 * channel, which would close. Callers wait whatever their interrupt state. Thread-safe.
 */
final class DbThread implements AutoCloseable {
  private final ExecutorService executor;

  DbThread(String name) {
    this.executor =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().name(name).daemon().factory());
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

  /** Lets running work end. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
