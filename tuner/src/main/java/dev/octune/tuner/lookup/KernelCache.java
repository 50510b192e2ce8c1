package dev.octune.tuner.lookup;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Object files that were asked for, the latest ones, and those being made: whoever asks for one
 * under way waits for it. Thread-safe.
 *
 * @param <K> names an object
 */
final class KernelCache<K> {
  /**
   * A file and its tag.
   *
   * @param file never changed
   */
  record Entry(Buffer file, EntityTag tag) {}

  private final long maxBytes;
  private final LinkedHashMap<K, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<K, Future<Entry>> underWay = new HashMap<>();
  private long bytes;

  /**
   * @param maxBytes of all files together; beyond it the one not asked for longest goes
   */
  KernelCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The file that is there, or comes, or is made now. */
  Future<Entry> get(K name, Supplier<Future<Entry>> make) {
    Promise<Entry> mine = Promise.promise();
    synchronized (this) {
      Entry known = entries.get(name);
      if (known != null) {
        return Future.succeededFuture(known);
      }
      Future<Entry> coming = underWay.putIfAbsent(name, mine.future());
      if (coming != null) {
        return coming;
      }
    }
    make.get()
        .onComplete(
            made -> {
              if (made.succeeded()) {
                finish(name, Optional.of(made.result()));
                mine.complete(made.result());
              } else {
                finish(name, Optional.empty());
                mine.fail(made.cause());
              }
            });
    return mine.future();
  }

  synchronized long bytes() {
    return bytes;
  }

  private synchronized void finish(K name, Optional<Entry> made) {
    underWay.remove(name);
    if (made.isEmpty() || made.get().file().length() > maxBytes) {
      return;
    }
    Entry before = entries.put(name, made.get());
    bytes += made.get().file().length() - (before == null ? 0 : before.file().length());
    while (bytes > maxBytes) {
      bytes -= entries.pollFirstEntry().getValue().file().length();
    }
  }
}
