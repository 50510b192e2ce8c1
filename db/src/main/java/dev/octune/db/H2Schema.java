package dev.octune.db;

import dev.octune.db.DbException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.h2.api.ErrorCode;

/**
 * The schema's version and the steps from one to the next: {@code schema/V<n>.sql} leads from
 * version n−1 to n. Steps can be run again, for a process may die within one.
 */
final class H2Schema {
  /** The newest version this program knows. */
  static final int VERSION = 4;

  /** The oldest version whose records and bests a reader understands as they are. */
  static final int OLDEST_READABLE = 1;

  private H2Schema() {}

  /**
   * The version of the open database by one SELECT, 0 for a new one.
   *
   * @throws DbException where it is not a tuning database, or of a newer version
   */
  static int version(Connection connection, DatabaseFile file) throws SQLException {
    int version;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT MAX(version) FROM octune_schema")) {
      version = row.next() ? row.getInt(1) : 0;
    } catch (SQLException e) {
      if (e.getErrorCode() == ErrorCode.TABLE_OR_VIEW_NOT_FOUND_DATABASE_EMPTY_1) {
        return 0;
      }
      if (e.getErrorCode() == ErrorCode.TABLE_OR_VIEW_NOT_FOUND_1
          || e.getErrorCode() == ErrorCode.TABLE_OR_VIEW_NOT_FOUND_WITH_CANDIDATES_2) {
        throw new DbException(
            Reason.NOT_A_DATABASE,
            "an H2 database with other tables, not a tuning database",
            file.file(),
            "name another file with --db",
            e);
      }
      throw e;
    }
    if (version > VERSION) {
      throw new DbException(
          Reason.NEWER_VERSION,
          "its schema has version %d, this Octune knows up to %d".formatted(version, VERSION),
          file.file(),
          "use the Octune that wrote it, or name another file with --db");
    }
    return version;
  }

  /** Brings the database to {@link #VERSION}. */
  static void migrate(Connection connection, DatabaseFile file) throws SQLException {
    for (int next = version(connection, file) + 1; next <= VERSION; next++) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(script(next));
      }
      try (PreparedStatement done =
          connection.prepareStatement("INSERT INTO octune_schema(version) VALUES (?)")) {
        done.setInt(1, next);
        done.executeUpdate();
      }
    }
  }

  private static String script(int version) {
    String name = "schema/V" + version + ".sql";
    try (InputStream in = H2Schema.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + name + " is missing from the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("resource " + name, e);
    }
  }
}
