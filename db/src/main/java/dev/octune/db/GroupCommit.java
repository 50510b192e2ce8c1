package dev.octune.db;

import dev.octune.db.DbException.Reason;
import dev.octune.db.job.JobChange;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.TuningRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes: takes what waits, stores it in one transaction, then completes the
 * futures. A platform thread that nobody can reach to interrupt: H2's file channel closes under an
 * interrupted thread, and the database with it, for everyone. Thread-safe.
 */
final class GroupCommit implements AutoCloseable {
  /** Between two commits: each one writes some 25 KB of pages, so that 20 a second cost nothing. */
  static final Duration MAX_DELAY = Duration.ofMillis(50);

  /** Rows of one commit: a burst ends up in a few transactions of about a millisecond. */
  static final int MAX_ROWS = 64;

  /** Writes that wait before callers do: about 2 MB, more than 10 s of trials. */
  static final int MAX_WAITING = 1024;

  private final DatabaseFile file;
  private final Connection connection;
  private final H2Writes writes;
  private final H2JobWrites jobWrites;
  private final H2Housekeeping housekeeping;
  private final BlockingQueue<Write> queue = new ArrayBlockingQueue<>(MAX_WAITING);
  private final List<Consumer<ConfirmedBest>> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread;

  /** Guards the order of the last write and the stop behind it. */
  private final Object entry = new Object();

  private boolean closed;
  private volatile @Nullable DbException failure;

  private GroupCommit(DatabaseFile file, Connection connection) throws SQLException {
    this.file = file;
    this.connection = connection;
    this.writes = new H2Writes(file, connection);
    this.jobWrites = new H2JobWrites(connection, writes);
    this.housekeeping = new H2Housekeeping(connection);
    this.thread = Thread.ofPlatform().name("octune-db-writer").daemon().unstarted(this::run);
  }

  /** Starts the thread; the connection is its own from now on. */
  static GroupCommit start(DatabaseFile file, Connection connection) throws SQLException {
    GroupCommit writer = new GroupCommit(file, connection);
    writer.thread.start();
    return writer;
  }

  CompletableFuture<Void> append(TuningRecord record) {
    return enter(new Write.Append(record, new CompletableFuture<>()));
  }

  CompletableFuture<Void> put(ConfirmedBest best) {
    return enter(new Write.Put(best, new CompletableFuture<>()));
  }

  CompletableFuture<Void> change(JobChange change) {
    return enter(new Write.Change(change, new CompletableFuture<>()));
  }

  void onBest(Consumer<ConfirmedBest> listener) {
    listeners.add(listener);
  }

  /** Stores what waits, then ends the thread and its connection. */
  @Override
  public void close() {
    synchronized (entry) {
      if (!closed) {
        closed = true;
        offer(new Write.Stop(new CompletableFuture<>()));
      }
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        // What waits must be stored all the same; the caller learns of it afterwards.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private sealed interface Write {
    CompletableFuture<@Nullable Void> done();

    record Append(TuningRecord record, CompletableFuture<@Nullable Void> done) implements Write {}

    record Put(ConfirmedBest best, CompletableFuture<@Nullable Void> done) implements Write {}

    record Change(JobChange change, CompletableFuture<@Nullable Void> done) implements Write {}

    record Stop(CompletableFuture<@Nullable Void> done) implements Write {}
  }

  private CompletableFuture<Void> enter(Write write) {
    synchronized (entry) {
      DbException broken = failure;
      if (broken != null) {
        return CompletableFuture.failedFuture(broken);
      }
      if (closed) {
        return CompletableFuture.failedFuture(
            new DbException(
                Reason.CLOSED, "the database was closed", file.file(), "open it again"));
      }
      offer(write);
    }
    return write.done();
  }

  private void offer(Write write) {
    boolean interrupted = false;
    for (boolean entered = false; !entered; ) {
      try {
        queue.put(write);
        entered = true;
      } catch (InterruptedException _) {
        // A record that was measured is stored, whatever becomes of the caller.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    List<Write> group = new ArrayList<>(MAX_ROWS);
    try {
      long lastCommitNanos = System.nanoTime() - MAX_DELAY.toNanos();
      boolean stopped = false;
      while (!stopped) {
        stopped = gather(group, lastCommitNanos);
        commit(group);
        group.clear();
        housekeeping.committed();
        lastCommitNanos = System.nanoTime();
      }
      sync();
      connection.close();
    } catch (SQLException | RuntimeException | Error e) {
      // The thread's top: whoever waits must learn that nothing is stored any more.
      DbException broken =
          e instanceof SQLException sql
              ? H2Errors.of(sql, file, "storing")
              : new DbException(
                  Reason.FAILED, "the writer failed: " + e, file.file(), "open it again", e);
      failure = broken;
      group.forEach(write -> write.done().completeExceptionally(broken));
    }
    endWaiting();
  }

  /** Fills the group; true where it ends with the stop. */
  private boolean gather(List<Write> group, long lastCommitNanos) {
    Write next = takeNext();
    long dueNanos = lastCommitNanos + MAX_DELAY.toNanos();
    while (next != null) {
      if (next instanceof Write.Stop) {
        return true;
      }
      group.add(next);
      next = group.size() < MAX_ROWS ? pollUntil(dueNanos) : null;
    }
    return false;
  }

  private Write takeNext() {
    for (; ; ) {
      try {
        return queue.take();
      } catch (InterruptedException _) {
        // Nobody is meant to, and an interrupt that stayed set would close the file: wait on.
      }
    }
  }

  private @Nullable Write pollUntil(long dueNanos) {
    for (; ; ) {
      try {
        return queue.poll(Math.max(0, dueNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (InterruptedException _) {
        // As above: wait on.
      }
    }
  }

  private void commit(List<Write> group) throws SQLException {
    try {
      for (Write write : group) {
        apply(write);
      }
      connection.commit();
      if (group.stream().anyMatch(GroupCommit::isCheckpoint)) {
        sync();
      }
    } catch (SQLException | DbException | IllegalArgumentException e) {
      rollBack(e);
      if (group.size() == 1) {
        fail(group.getFirst(), e);
      } else {
        // One bad row must not take the others of its group with it.
        for (Write write : group) {
          commit(List.of(write));
        }
      }
      return;
    }
    for (Write write : group) {
      // Whoever learns that a best is stored may look it up.
      tell(write);
      write.done().complete(null);
    }
  }

  private void tell(Write write) {
    switch (write) {
      case Write.Put(ConfirmedBest best, _) -> listeners.forEach(each -> each.accept(best));
      case Write.Change(JobChange.Confirmed confirmed, _) ->
          listeners.forEach(each -> each.accept(confirmed.best()));
      case Write.Append _, Write.Change _, Write.Stop _ -> {}
    }
  }

  private static boolean isCheckpoint(Write write) {
    return write instanceof Write.Put
        || write instanceof Write.Change(JobChange.Confirmed _, CompletableFuture<?> _);
  }

  /**
   * Has the system write to the device what it holds: with a confirmed best and at the end, so that
   * a loss of power costs at most the trials since the last confirmation.
   */
  private void sync() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CHECKPOINT SYNC");
    }
  }

  private void apply(Write write) throws SQLException {
    switch (write) {
      case Write.Append(TuningRecord record, _) -> writes.insert(record);
      case Write.Put(ConfirmedBest best, _) -> writes.put(best);
      case Write.Change(JobChange change, _) -> jobWrites.apply(change);
      case Write.Stop _ -> throw new IllegalStateException("a stop is not stored");
    }
  }

  private void rollBack(Exception cause) throws SQLException {
    try {
      writes.forget();
      jobWrites.forget();
      connection.rollback();
    } catch (SQLException e) {
      if (cause instanceof SQLException sql) {
        // The first error says why the store broke, the later ones only that it did.
        sql.addSuppressed(e);
        throw sql;
      }
      throw e;
    }
  }

  private void fail(Write write, Exception e) {
    write
        .done()
        .completeExceptionally(
            e instanceof SQLException sql ? H2Errors.of(sql, file, "storing a record") : e);
  }

  /** Nothing enters once failure or closed is set; what entered before is told. */
  private void endWaiting() {
    synchronized (entry) {
      closed = true;
    }
    DbException broken = failure;
    DbException told =
        broken != null
            ? broken
            : new DbException(
                Reason.CLOSED, "the database was closed", file.file(), "open it again");
    for (Write write = queue.poll(); write != null; write = queue.poll()) {
      write.done().completeExceptionally(told);
    }
  }
}
