package dev.octune.tuner.client;

import java.util.LinkedHashMap;
import java.util.Optional;

/** Answers that the service need not send again while they stand. Thread-safe. */
final class AnswerCache {
  /** Some 10 MB; beyond it the answer that was not asked for longest goes. */
  private static final int MAX_ANSWERS = 10_000;

  private final LinkedHashMap<String, Known> answers = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * An answer and its name.
   *
   * @param etag as the service sent it
   */
  record Known(String etag, LookupAnswer answer) {}

  synchronized Optional<Known> get(String query) {
    return Optional.ofNullable(answers.get(query));
  }

  synchronized void put(String query, Known known) {
    answers.put(query, known);
    if (answers.size() > MAX_ANSWERS) {
      answers.pollFirstEntry();
    }
  }
}
