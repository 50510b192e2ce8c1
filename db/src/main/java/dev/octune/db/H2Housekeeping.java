package dev.octune.db;

import java.sql.Connection;
import java.sql.SQLException;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/**
 * Keeps the number of pieces that the file consists of in bounds. H2 writes each commit as a chunk
 * of its own and keeps it, and an entry in memory for it, while one of its pages is live. Its own
 * thread, which gathers such pages into fewer chunks, runs with a write delay only, and a commit
 * that is delayed can be lost. So the writing thread does it, between two commits and a little at a
 * time. Called on that thread only.
 */
final class H2Housekeeping {
  /** Some ten seconds of steady writing, 5 MB of chunks: work for one call. */
  static final int COMMITS_BETWEEN = 200;

  /** Percent of live bytes below which there is work: at half, the file is twice what it holds. */
  static final int MIN_FILL_PERCENT = 50;

  /** Bytes that one call writes at most, so that it delays the next commit by milliseconds. */
  static final int MAX_BYTES = 2 << 20;

  private final MVStore store;
  private int commits;

  H2Housekeeping(Connection connection) throws SQLException {
    JdbcConnection h2 = connection.unwrap(JdbcConnection.class);
    if (!(h2.getSession() instanceof SessionLocal session)) {
      throw new IllegalArgumentException("a writer's connection is to a file of its own");
    }
    this.store = session.getDatabase().getStore().getMvStore();
  }

  /** Counts a commit; now and then, it tidies up. */
  void committed() throws SQLException {
    commits++;
    if (commits < COMMITS_BETWEEN) {
      return;
    }
    commits = 0;
    try {
      store.compact(MIN_FILL_PERCENT, MAX_BYTES);
    } catch (MVStoreException e) {
      throw new SQLException("gathering pages failed: " + e.getMessage(), e);
    }
  }
}
