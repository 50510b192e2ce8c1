package dev.octune.db;

import dev.octune.db.DbException.Reason;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/** A database open for writing: the claim, the committing thread and the door for readers. */
final class H2Writer implements AutoCloseable {
  private final DatabaseFile file;
  private final WriterClaim claim;
  private final GroupCommit commits;
  private final ReaderDoor door;

  private H2Writer(DatabaseFile file, WriterClaim claim, GroupCommit commits, ReaderDoor door) {
    this.file = file;
    this.claim = claim;
    this.commits = commits;
    this.door = door;
  }

  static H2Writer open(DatabaseFile file) {
    file.prepareForWriting();
    WriterClaim claim = WriterClaim.take(file);
    boolean opened = false;
    try (DbThread thread = new DbThread("octune-db-opener")) {
      if (file.exists()) {
        file.checkHeader(true);
      }
      H2Writer writer = thread.call(() -> open(file, claim));
      opened = true;
      return writer;
    } catch (SQLException e) {
      throw H2Errors.of(e, file, "opening for writing");
    } finally {
      if (!opened) {
        claim.close();
      }
    }
  }

  DatabaseFile file() {
    return file;
  }

  GroupCommit commits() {
    return commits;
  }

  int doorPort() {
    return door.port();
  }

  @Override
  public void close() {
    door.close();
    commits.close();
    claim.close();
  }

  private static H2Writer open(DatabaseFile file, WriterClaim claim) throws SQLException {
    Connection connection = H2Connections.forWritingPatiently(file);
    boolean opened = false;
    try {
      if (connection.isReadOnly()) {
        throw new DbException(
            Reason.UNWRITABLE,
            "the file can't be written",
            file.file(),
            "make the file writable, or name another one with --db");
      }
      H2Schema.migrate(connection, file);
      ReaderDoor door = openDoor(file, connection);
      connection.setAutoCommit(false);
      opened = true;
      return new H2Writer(file, claim, GroupCommit.start(file, connection), door);
    } finally {
      if (!opened) {
        connection.close();
      }
    }
  }

  private static ReaderDoor openDoor(DatabaseFile file, Connection connection) throws SQLException {
    try {
      return ReaderDoor.open(file, connection);
    } catch (IOException e) {
      throw new DbException(
          Reason.UNWRITABLE,
          "the file that readers find the writer by can't be written (" + e + ")",
          file.file(),
          "make its folder writable, or name another file with --db",
          e);
    }
  }
}
