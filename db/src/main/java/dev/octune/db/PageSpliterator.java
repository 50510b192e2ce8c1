package dev.octune.db;

import dev.octune.db.H2Reads.Page;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Rows of a query, one page in memory at a time. Not thread-safe. */
final class PageSpliterator<T> extends Spliterators.AbstractSpliterator<T> {
  private final LongFunction<Page<T>> fetch;
  private @Nullable Page<T> page;
  private @Nullable Iterator<T> rows;

  private PageSpliterator(LongFunction<Page<T>> fetch) {
    super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
    this.fetch = fetch;
  }

  /**
   * All rows.
   *
   * @param fetch the page behind a position; 0 begins
   */
  static <T> Stream<T> stream(LongFunction<Page<T>> fetch) {
    return StreamSupport.stream(new PageSpliterator<>(fetch), false);
  }

  @Override
  public boolean tryAdvance(Consumer<? super T> action) {
    Iterator<T> current = rows;
    while (current == null || !current.hasNext()) {
      Page<T> last = page;
      if (last != null && last.isLast()) {
        return false;
      }
      Page<T> next = fetch.apply(last == null ? 0 : last.position());
      page = next;
      current = next.rows().iterator();
      rows = current;
    }
    action.accept(current.next());
    return true;
  }
}
