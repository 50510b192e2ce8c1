package dev.octune.db;

import dev.octune.db.DbException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The right to write to one database: a lock that the system takes back when the process dies, on a
 * file beside the database. H2's own lock can't tell a second writer from a reader, and H2 shares a
 * database within one process, so both are asked for here first.
 */
final class WriterClaim implements AutoCloseable {
  static final String SUFFIX = ".lock";

  /**
   * Databases this process writes to. A process loses its POSIX locks on a file when it closes any
   * channel to it, so nobody may even open the lock file or the database twice.
   */
  private static final Set<Path> WRITTEN_HERE = ConcurrentHashMap.newKeySet();

  /** Probes of several readers at once are over by then; a writer stays. */
  private static final int MAX_TRIES = 8;

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

  private final DatabaseFile file;
  private final FileChannel channel;

  private WriterClaim(DatabaseFile file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** True where this process is the writer. */
  static boolean isHeldHere(DatabaseFile file) {
    return WRITTEN_HERE.contains(file.file());
  }

  /**
   * True where some process is the writer, or about to be. Shared probes of two readers may be
   * taken for each other within one process; then the answer is no, and H2's own lock decides.
   */
  static synchronized boolean isHeld(DatabaseFile file) {
    if (isHeldHere(file)) {
      return true;
    }
    try (FileChannel channel = FileChannel.open(file.sibling(SUFFIX), StandardOpenOption.READ);
        FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
      return lock == null;
    } catch (IOException | OverlappingFileLockException _) {
      return false;
    }
  }

  static synchronized WriterClaim take(DatabaseFile file) {
    if (!WRITTEN_HERE.add(file.file())) {
      throw secondWriter(file, "this process");
    }
    WriterClaim claim = null;
    try {
      claim = lock(file);
      return claim;
    } finally {
      if (claim == null) {
        WRITTEN_HERE.remove(file.file());
      }
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException _) {
      // The system takes the lock back with the process at the latest.
      return;
    } finally {
      WRITTEN_HERE.remove(file.file());
    }
  }

  private static WriterClaim lock(DatabaseFile file) {
    try {
      FileChannel channel =
          FileChannel.open(
              file.sibling(SUFFIX), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        throw secondWriter(
            file, ReaderDoor.writerPid(file).map(pid -> "process " + pid).orElse("a process"));
      }
      return new WriterClaim(file, channel);
    } catch (IOException e) {
      throw new DbException(
          Reason.UNWRITABLE,
          "its lock file can't be written (" + e + ")",
          file.file(),
          "make its folder writable, or name another file with --db",
          e);
    }
  }

  /** The lock, or none and the channel closed. A reader's probe holds it for microseconds. */
  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    FileLock lock = null;
    try {
      for (int tries = 0; lock == null && tries < MAX_TRIES; tries++) {
        if (tries > 0) {
          LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
        }
        lock = channel.tryLock();
      }
      return lock;
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
  }

  private static DbException secondWriter(DatabaseFile file, String who) {
    return new DbException(
        Reason.SECOND_WRITER,
        who + " is writing to it, and only one can",
        file.file(),
        "wait for it to end, or name another file with --db");
  }
}
