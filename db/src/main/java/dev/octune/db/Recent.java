package dev.octune.db;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What was written last, so that its rows need not be looked for again; what was not asked for the
 * longest is forgotten first. Not thread-safe.
 */
final class Recent {
  /**
   * A thousand devices that take turns at four jobs have so many sessions, a network some hundred
   * tasks. What is forgotten costs a query, what is kept some 200 bytes.
   */
  static final int MAX_KEPT = 4_000;

  private static final float LOAD_FACTOR = 0.75f;

  private Recent() {}

  /** Getting a value, or putting it once more, asks for it. */
  static <K, V> Map<K, V> map() {
    return new LinkedHashMap<>(16, LOAD_FACTOR, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MAX_KEPT;
      }
    };
  }

  /** Adding what is there asks for it. */
  static <E> Set<E> set() {
    return Collections.newSetFromMap(map());
  }
}
