package dev.octune.db;

import dev.octune.db.DbException.Reason;
import dev.octune.db.TuningDb.Access;
import dev.octune.db.TuningDb.Counts;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.TuningRecord;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Writes records and bests into a fresh database file. It has its name only once it is complete and
 * on the device: this is one of the checkpoints that survive a loss of power.
 */
final class DatabaseCopy {
  /** Writes under way: a few group commits. */
  private static final int MAX_PENDING = 256;

  private final DatabaseFile to;

  DatabaseCopy(DatabaseFile to) {
    this.to = to;
  }

  BackupReport write(Stream<TuningRecord> records, Stream<ConfirmedBest> bests) {
    if (to.exists()) {
      throw new DbException(
          Reason.UNWRITABLE,
          "the backup's file is there already",
          to.file(),
          "name a file that is not there, or move this one away");
    }
    DatabaseFile partial = DatabaseFile.of(to.sibling(".partial"));
    try {
      delete(partial);
      Counts counts = copy(records, bests, partial);
      force(partial.file());
      Files.move(partial.file(), to.file(), StandardCopyOption.ATOMIC_MOVE);
      return new BackupReport(to.file(), counts, Files.size(to.file()));
    } catch (IOException e) {
      throw new DbException(
          Reason.UNWRITABLE,
          "the backup's file can't be written (" + e + ")",
          to.file(),
          "make its folder writable, or name another file",
          e);
    } finally {
      deleteQuietly(partial);
    }
  }

  private Counts copy(
      Stream<TuningRecord> records, Stream<ConfirmedBest> bests, DatabaseFile partial) {
    try (TuningDb copy = TuningDb.open(partial.file(), Access.WRITER)) {
      Counts written = new Counts(store(records, copy::append), store(bests, copy::putBest));
      Counts found = copy.counts();
      if (!found.equals(written)) {
        throw new DbException(
            Reason.FAILED,
            "the backup holds %s, %s were copied".formatted(found, written),
            to.file(),
            "run again; if it fails again, report it with this message");
      }
      return written;
    }
  }

  private static <T> long store(Stream<T> rows, Function<T, CompletableFuture<Void>> store) {
    Deque<CompletableFuture<Void>> pending = new ArrayDeque<>();
    long count = 0;
    for (Iterator<T> each = rows.iterator(); each.hasNext(); count++) {
      pending.addLast(store.apply(each.next()));
      if (pending.size() > MAX_PENDING) {
        join(pending.removeFirst());
      }
    }
    pending.forEach(DatabaseCopy::join);
    return count;
  }

  private static void join(CompletableFuture<Void> done) {
    try {
      done.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void delete(DatabaseFile partial) throws IOException {
    Files.deleteIfExists(partial.file());
    Files.deleteIfExists(partial.sibling(WriterClaim.SUFFIX));
  }

  private static void deleteQuietly(DatabaseFile partial) {
    try {
      delete(partial);
    } catch (IOException _) {
      // A left-over partial file harms nobody: the next backup removes it.
      return;
    }
  }
}
