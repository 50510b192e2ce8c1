package dev.octune.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class H2HousekeepingTest {
  private static final int COMMITS = 12_000;

  @TempDir private Path folder;

  private interface Tidying {
    void committed() throws SQLException;
  }

  private interface TidyingOf {
    Tidying of(Connection connection) throws SQLException;
  }

  /**
   * A day of service had 5 500 chunks more than its first hour, each one with an entry in memory.
   */
  @Test
  void chunks_ofManyCommits_areGathered() throws SQLException {
    long left = chunksAfter("left", _ -> () -> {});
    long tidied = chunksAfter("tidied", connection -> new H2Housekeeping(connection)::committed);
    assertTrue(tidied < left / 4, tidied + " chunks, and " + left + " without housekeeping");
  }

  private long chunksAfter(String name, TidyingOf tidying) throws SQLException {
    DatabaseFile file = DatabaseFile.of(folder.resolve(name));
    long chunks;
    try (Connection connection = H2Connections.forWriting(file);
        Statement statement = connection.createStatement()) {
      // Else a chunk is kept for 45 s after its last page has moved.
      statement.execute("SET RETENTION_TIME 0");
      statement.execute("CREATE TABLE t(id BIGINT PRIMARY KEY, body VARCHAR)");
      connection.setAutoCommit(false);
      Tidying each = tidying.of(connection);
      try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
        for (int i = 0; i < COMMITS; i++) {
          insert.setLong(1, i);
          insert.setString(2, "x".repeat(300));
          insert.executeUpdate();
          connection.commit();
          each.committed();
        }
      }
      chunks =
          number(
              statement,
              "SELECT setting_value FROM information_schema.settings"
                  + " WHERE setting_name = 'info.CHUNK_COUNT'");
    }
    try (Connection connection = H2Connections.forReading(file);
        Statement statement = connection.createStatement()) {
      assertEquals(COMMITS, number(statement, "SELECT COUNT(*) FROM t"));
      assertEquals(300L * COMMITS, number(statement, "SELECT SUM(LENGTH(body)) FROM t"));
    }
    return chunks;
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }
}
