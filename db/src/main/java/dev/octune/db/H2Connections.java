package dev.octune.db;

import dev.octune.db.DbException.Reason;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** Opens H2 in this process. Called on database threads only. */
final class H2Connections {
  private static final String USER = "octune";

  /**
   * How long a writer waits for readers, who let go of the file within {@link H2Reader#IDLE} or
   * their next page.
   */
  static final Duration WRITER_PATIENCE = Duration.ofSeconds(3);

  /** How long a reader waits for a writer that starts, ends or prunes. */
  static final Duration READER_PATIENCE = Duration.ofSeconds(10);

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

  /**
   * WRITE_DELAY=0: a commit is in the system's hands before it returns; with the default, the death
   * of the process loses what was committed within half a second. DB_CLOSE_ON_EXIT: a shutdown hook
   * of H2 would close the file under the writer. The cache holds what a lookup touches; H2's
   * default takes a share of the machine's memory. OPTIMIZE_REUSE_RESULTS: each of the last queries
   * would keep its rows for the case that it is asked once more and nothing was written between. No
   * trace files beside the database.
   */
  private static final String SETTINGS =
      ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;CACHE_SIZE=8192;OPTIMIZE_REUSE_RESULTS=0;TRACE_LEVEL_FILE=0";

  private H2Connections() {}

  static Connection forWriting(DatabaseFile file) throws SQLException {
    ReaderDoor.prepare();
    return DriverManager.getConnection("jdbc:h2:file:" + file.h2Path() + SETTINGS, USER, "");
  }

  /** Waits for readers that have the file open. */
  static Connection forWritingPatiently(DatabaseFile file) throws SQLException {
    return patiently(file, WRITER_PATIENCE, () -> Optional.of(forWriting(file)));
  }

  static Connection forReading(DatabaseFile file) throws SQLException {
    ReaderDoor.prepare();
    return DriverManager.getConnection(
        "jdbc:h2:file:" + file.h2Path() + SETTINGS + ";IFEXISTS=TRUE;ACCESS_MODE_DATA=r", USER, "");
  }

  /** A way to a connection: none, or an error that says "locked", where it is to be tried again. */
  interface Opening {
    Optional<Connection> open() throws SQLException;
  }

  /** Tries until the file is free, or patience ends. */
  static Connection patiently(DatabaseFile file, Duration patience, Opening opening)
      throws SQLException {
    long deadline = System.nanoTime() + patience.toNanos();
    for (; ; ) {
      Optional<Connection> opened = tryOnce(opening);
      if (opened.isPresent()) {
        return opened.get();
      }
      if (System.nanoTime() > deadline) {
        throw new DbException(
            Reason.BUSY,
            "another process has it open and keeps it",
            file.file(),
            "wait for it to end, then run again");
      }
      pause();
    }
  }

  private static Optional<Connection> tryOnce(Opening opening) throws SQLException {
    try {
      return opening.open();
    } catch (SQLException e) {
      if (H2Errors.isLocked(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_TRIES);
    } catch (InterruptedException _) {
      // A database thread has nobody to obey but its owner, who waits for it.
      return;
    }
  }
}
