package dev.octune.db;

import dev.octune.db.DbException.Reason;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The reading thread and its connection: into the file itself where nobody writes to it, through
 * the writer's door where somebody does. A reader of the file itself lets go of it when a writer
 * asks for it, or when nothing was read for a while: its program may be blocked in a pipe.
 * Thread-safe.
 */
final class H2Reader implements AutoCloseable {
  /** Reading on after this long costs opening the file again, some tens of milliseconds. */
  static final Duration IDLE = Duration.ofMillis(250);

  private final DatabaseFile file;
  private final boolean besideWriter;
  private final DbThread thread = new DbThread("octune-db-reader");

  // All below is confined to the thread.
  private @Nullable Connection connection;
  private boolean inFile;
  private boolean pinned;
  private Future<?> lettingGo = CompletableFuture.completedFuture(true);
  private boolean closed;

  private H2Reader(DatabaseFile file, boolean besideWriter) {
    this.file = file;
    this.besideWriter = besideWriter;
  }

  /** Reads in the process that writes. */
  static H2Reader beside(H2Writer writer) {
    return opened(new H2Reader(writer.file(), true));
  }

  /** Reads whether or not somebody writes. */
  static H2Reader open(DatabaseFile file) {
    file.requireExisting();
    if (!WriterClaim.isHeldHere(file)) {
      file.checkHeader(false);
    }
    return opened(new H2Reader(file, false));
  }

  /** What is asked of the database. */
  interface Question<T> {
    T ask(Connection connection) throws SQLException;
  }

  /** Asks on the reading thread, and once more where the writer's end took the connection away. */
  <T> T ask(Question<T> question, String doing) {
    return onThread(
        () -> {
          try {
            letGoForWriter();
            return question.ask(connection());
          } catch (SQLException e) {
            if (!H2Errors.isDisconnected(e)) {
              throw e;
            }
            drop();
            return question.ask(connection());
          } finally {
            letGoWhenIdle();
          }
        },
        doing);
  }

  /** Asks on the reading thread, for what must stay on one connection from now to the end. */
  <T> T askPinned(Question<T> question, String doing) {
    return onThread(
        () -> {
          pinned = true;
          return question.ask(connection());
        },
        doing);
  }

  @Override
  public void close() {
    try {
      thread.call(
          () -> {
            closed = true;
            lettingGo.cancel(false);
            drop();
            return true;
          });
    } catch (SQLException | RejectedExecutionException _) {
      // Closed before, or the connection was gone already: nothing was lost by reading.
      return;
    } finally {
      thread.close();
    }
  }

  private <T> T onThread(DbThread.Work<T> work, String doing) {
    try {
      return thread.call(work);
    } catch (SQLException e) {
      throw H2Errors.of(e, file, doing);
    } catch (RejectedExecutionException e) {
      throw new DbException(
          Reason.CLOSED, "the database was closed", file.file(), "open it again", e);
    }
  }

  private static H2Reader opened(H2Reader reader) {
    boolean opened = false;
    try {
      reader.ask(Connection::isClosed, "opening");
      opened = true;
      return reader;
    } finally {
      if (!opened) {
        reader.close();
      }
    }
  }

  private Connection connection() throws SQLException {
    if (closed) {
      throw new DbException(Reason.CLOSED, "the database was closed", file.file(), "open it again");
    }
    Connection open = connection;
    if (open == null) {
      open = H2Connections.patiently(file, H2Connections.READER_PATIENCE, this::open);
      connection = open;
    }
    return open;
  }

  private Optional<Connection> open() throws SQLException {
    inFile = false;
    if (besideWriter) {
      return Optional.of(H2Connections.forWriting(file));
    }
    if (WriterClaim.isHeld(file)) {
      return throughDoor(file);
    }
    Connection direct = checked(H2Connections.forReading(file), file);
    inFile = true;
    return Optional.of(direct);
  }

  private void letGoForWriter() throws SQLException {
    if (inFile && !pinned && connection != null && WriterClaim.isHeld(file)) {
      drop();
    }
  }

  private void letGoWhenIdle() {
    lettingGo.cancel(false);
    if (inFile && !pinned && connection != null) {
      lettingGo = thread.later(IDLE, this::letGo);
    }
  }

  private void letGo() {
    if (pinned) {
      return;
    }
    try {
      drop();
    } catch (SQLException _) {
      // Closing a file that was only read loses nothing; the next question opens it anew.
      return;
    }
  }

  private void drop() throws SQLException {
    Connection open = connection;
    connection = null;
    if (open != null) {
      open.close();
    }
  }

  /** Empty where there is no door, or an old one that leads nowhere. */
  private static Optional<Connection> throughDoor(DatabaseFile file) throws SQLException {
    try {
      Optional<Connection> entered = ReaderDoor.enter(file);
      if (entered.isPresent()) {
        checked(entered.get(), file);
      }
      return entered;
    } catch (IOException e) {
      throw new DbException(
          Reason.UNREADABLE,
          "a process writes to it, and how to reach that process can't be read (" + e + ")",
          file.file(),
          "read it as the user who writes it, or wait for that process to end",
          e);
    } catch (SQLException e) {
      if (H2Errors.isDisconnected(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Connection checked(Connection connection, DatabaseFile file) throws SQLException {
    boolean good = false;
    try {
      if (H2Schema.version(connection, file) < H2Schema.OLDEST_READABLE) {
        throw new DbException(
            Reason.FAILED,
            "its schema is of an older version",
            file.file(),
            "open it once for writing, with any command that does");
      }
      good = true;
      return connection;
    } finally {
      if (!good) {
        connection.close();
      }
    }
  }
}
