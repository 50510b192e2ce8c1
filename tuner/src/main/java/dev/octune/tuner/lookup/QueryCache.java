package dev.octune.tuner.lookup;

import dev.octune.db.match.IndexedBest;
import dev.octune.db.match.LookupResult;
import dev.octune.db.record.KnownBest;
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
  /**
   * The objects of an entry and their headers, where query and record share workload and target.
   */
  private static final int ENTRY_BYTES = 400;

  /**
   * Once the cache is full, one new query in so many gets in. Whoever asks for more queries than
   * fit, in turn, then finds a share of them; if each got in it would push out the one asked for
   * next, and leave garbage that is old when it is dropped.
   */
  private static final int ADMITTED_ONE_IN = 16;

  private final long maxBytes;
  private final LinkedHashMap<String, Known> answers = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;
  private int turnedAway;

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
   * @param version the index's at which it was the answer
   */
  record Known(
      Workload workload,
      Target target,
      LookupResult<IndexedBest> result,
      Buffer body,
      EntityTag tag,
      long version) {
    /** The same answer at another version. */
    Known at(long newVersion) {
      return new Known(workload, target, result, body, tag, newVersion);
    }

    /** The same with the record's own objects where they are equal: they are kept anyhow. */
    Known sharing(KnownBest best) {
      return new Known(
          best.workload().equals(workload) ? best.workload() : workload,
          best.target().equals(target) ? best.target() : target,
          result,
          body,
          tag,
          version);
    }
  }

  synchronized Optional<Known> get(String query) {
    return Optional.ofNullable(answers.get(query));
  }

  /** Keeps an answer, in place of the one there is for the query; a new query perhaps. */
  synchronized void put(String query, Known known) {
    Known before = answers.get(query);
    long more = sizeBytes(query, known) - (before == null ? 0 : sizeBytes(query, before));
    if (before == null && bytes + more > maxBytes && ++turnedAway % ADMITTED_ONE_IN != 0) {
      return;
    }
    answers.put(query, known);
    bytes += more;
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
