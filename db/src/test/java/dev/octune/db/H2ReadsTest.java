package dev.octune.db;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.TuningDb.Access;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class H2ReadsTest {
  @TempDir private Path folder;

  /** A page that sorts reads all rows behind it: 60 000 records took minutes instead of seconds. */
  @Test
  void pages_ofRecords_comeFromAnIndexInOrder() throws SQLException {
    try (TuningDb db = TuningDb.open(folder.resolve("tuning"), Access.WRITER)) {
      db.append(Samples.record(0, Samples.timed(1))).join();
    }
    try (Connection connection =
        DriverManager.getConnection("jdbc:h2:file:" + folder.resolve("tuning"), "octune", "")) {
      for (String page :
          List.of(
              H2Reads.ANY_PAGE, H2Reads.TASK_PAGE, H2Reads.ANY_PAGE_BACK, H2Reads.TASK_PAGE_BACK)) {
        try (PreparedStatement explain = connection.prepareStatement("EXPLAIN " + page)) {
          explain.setLong(1, 0);
          if (page.contains("task_id = ?")) {
            explain.setInt(2, 1);
          }
          try (ResultSet plan = explain.executeQuery()) {
            plan.next();
            String text = plan.getString(1);
            assertTrue(text.contains("index sorted"), text);
          }
        }
      }
    }
  }
}
