package dev.octune.db;

import dev.octune.db.DbException.Reason;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The reading thread and its connection: into the file itself where nobody writes to it, through
 * the writer's door where somebody does. Thread-safe.
 */
final class H2Reader implements AutoCloseable {
  private final DatabaseFile file;
  private final H2Connections.Opening opening;
  private final DbThread thread = new DbThread("octune-db-reader");

  /** Confined to the thread. */
  private @Nullable Connection connection;

  private boolean closed;

  private H2Reader(DatabaseFile file, H2Connections.Opening opening) {
    this.file = file;
    this.opening = opening;
  }

  /** Reads in the process that writes. */
  static H2Reader beside(H2Writer writer) {
    return opened(new H2Reader(writer.file(), () -> H2Connections.forWriting(writer.file())));
  }

  /** Reads whether or not somebody writes. */
  static H2Reader open(DatabaseFile file) {
    file.requireExisting();
    if (!WriterClaim.isHeldHere(file)) {
      file.checkHeader(false);
    }
    return opened(new H2Reader(file, () -> openEitherWay(file)));
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
            return question.ask(connection());
          } catch (SQLException e) {
            if (!H2Errors.isDisconnected(e)) {
              throw e;
            }
            drop();
            return question.ask(connection());
          }
        },
        doing);
  }

  /** Asks on the reading thread, for what must stay on one connection. */
  <T> T askOnce(Question<T> question, String doing) {
    return onThread(() -> question.ask(connection()), doing);
  }

  @Override
  public void close() {
    try {
      thread.call(
          () -> {
            closed = true;
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
      open = H2Connections.patiently(file, opening);
      connection = open;
    }
    return open;
  }

  private void drop() throws SQLException {
    Connection open = connection;
    connection = null;
    if (open != null) {
      open.close();
    }
  }

  private static Connection openEitherWay(DatabaseFile file) throws SQLException {
    if (WriterClaim.isHeldHere(file)) {
      return throughDoor(file).orElseThrow(() -> doorClosed(file));
    }
    try {
      return checked(H2Connections.forReading(file), file);
    } catch (SQLException e) {
      if (!H2Errors.isLocked(e)) {
        throw e;
      }
      return throughDoor(file).orElseThrow(() -> e);
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
      if (H2Schema.version(connection, file) < H2Schema.VERSION) {
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

  private static DbException doorClosed(DatabaseFile file) {
    return new DbException(Reason.BUSY, "its writer is just ending", file.file(), "run again");
  }
}
