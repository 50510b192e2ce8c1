package dev.octune.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Removes records and rewrites the file without the room they took. */
final class H2Pruning {
  /** Fastest first within each task; what failed comes behind. */
  private static final String PRUNABLE =
      """
      SELECT ordinal, status, measured_at_millis, ROW_NUMBER() OVER (
        PARTITION BY task_id ORDER BY median_nanos NULLS LAST, ordinal) AS place
      FROM record WHERE kind = 'trial'
      """;

  private static final String DELETE_RECORD = "DELETE FROM record WHERE ordinal = ?";

  private static final String DELETE_TASKS =
      """
      DELETE FROM task t
      WHERE NOT EXISTS (SELECT 1 FROM record r WHERE r.task_id = t.task_id)
        AND NOT EXISTS (SELECT 1 FROM best b WHERE b.task_id = t.task_id)
      """;

  private static final String DELETE_SESSIONS =
      """
      DELETE FROM session s
      WHERE NOT EXISTS (SELECT 1 FROM record r WHERE r.session_id = s.session_id)
        AND NOT EXISTS (SELECT 1 FROM best b WHERE b.session_id = s.session_id)
      """;

  /** Deletions sent together; H2 keeps them in memory up to the commit anyway. */
  private static final int BATCH_ROWS = 1000;

  private H2Pruning() {}

  static PruneReport prune(DatabaseFile file, PrunePlan plan) {
    file.requireExisting();
    file.prepareForWriting();
    try (WriterClaim _ = WriterClaim.take(file);
        DbThread thread = new DbThread("octune-db-pruner")) {
      file.checkHeader(true);
      return thread.call(() -> pruneClaimed(file, plan));
    } catch (SQLException e) {
      throw H2Errors.of(e, file, "pruning");
    }
  }

  private static PruneReport pruneClaimed(DatabaseFile file, PrunePlan plan) throws SQLException {
    long bytesBefore = size(file);
    try (Connection connection = H2Connections.forWritingPatiently(file)) {
      H2Schema.migrate(connection, file);
      connection.setAutoCommit(false);
      long removed = deleteRecords(connection, prunable(connection, plan));
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate(DELETE_TASKS);
        statement.executeUpdate(DELETE_SESSIONS);
        connection.commit();
        long kept = new H2Reads(file).counts(connection).records();
        connection.commit();
        statement.execute("SHUTDOWN COMPACT");
        return new PruneReport(removed, kept, bytesBefore, size(file));
      }
    }
  }

  private static List<Long> prunable(Connection connection, PrunePlan plan) throws SQLException {
    List<Long> ordinals = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT ordinal FROM (%s) WHERE (place > %d OR status <> 'timed')"
                        .formatted(PRUNABLE, plan.keepPerTask())
                    + " AND status <> 'wrong_answer' AND measured_at_millis < "
                    + plan.measuredBefore().toEpochMilli())) {
      while (row.next()) {
        ordinals.add(row.getLong(1));
      }
    }
    return ordinals;
  }

  private static long deleteRecords(Connection connection, List<Long> ordinals)
      throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(DELETE_RECORD)) {
      for (int i = 0; i < ordinals.size(); i++) {
        delete.setLong(1, ordinals.get(i));
        delete.addBatch();
        if ((i + 1) % BATCH_ROWS == 0 || i + 1 == ordinals.size()) {
          delete.executeBatch();
        }
      }
    }
    return ordinals.size();
  }

  private static long size(DatabaseFile file) {
    try {
      return Files.size(file.file());
    } catch (IOException e) {
      throw new UncheckedIOException("size of " + file.file(), e);
    }
  }
}
