package dev.octune.tuner.lookup;

import dev.octune.db.match.IndexedBest;
import dev.octune.db.match.LookupResult;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * Queries that were asked before, as they stood in the request, with what was answered: reading a
 * query and writing its answer takes ten times as long as asking the index. It is no second truth:
 * whoever takes an answer from here asks the index whether it still is the answer. Thread-safe.
 */
final class QueryCache {
  /** The parsed query and the objects around it. */
  private static final int ENTRY_BYTES = 800;

  private final long maxBytes;
  private final LinkedHashMap<String, Known> answers = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param maxBytes of all entries together, about; beyond it the one not asked for longest goes
   */
  QueryCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * A query and its answer.
   *
   * @param body never changed
   */
  record Known(
      Workload workload,
      Target target,
      LookupResult<IndexedBest> result,
      Buffer body,
      EntityTag tag) {}

  synchronized Optional<Known> get(String query) {
    return Optional.ofNullable(answers.get(query));
  }

  synchronized void put(String query, Known known) {
    Known before = answers.put(query, known);
    bytes += sizeBytes(query, known) - (before == null ? 0 : sizeBytes(query, before));
    while (bytes > maxBytes) {
      var eldest = answers.pollFirstEntry();
      bytes -= sizeBytes(eldest.getKey(), eldest.getValue());
    }
  }

  synchronized int size() {
    return answers.size();
  }

  private static long sizeBytes(String query, Known known) {
    return (long) query.length() + known.body().length() + ENTRY_BYTES;
  }
}
