package dev.octune.db.log;

/**
 * A line of a log that was not stored.
 *
 * @param file as the caller named it
 * @param line counted from 1
 */
public record LineProblem(String file, long line, String what) {
  @Override
  public String toString() {
    return "%s:%d: %s".formatted(file, line, what);
  }
}
