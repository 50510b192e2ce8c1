package dev.octune.kernels.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads `head key=value …` once, field by field; {@link #end} then refuses what nobody asked for.
 * Keys may stand in any order on input; writers use the canonical one. Not thread-safe.
 */
public final class FieldReader {
  /** Longest line that is read: a workload is below 400 characters, a schedule below 600. */
  public static final int MAX_LINE_CHARS = 4096;

  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** At most 18 digits, so that a number out of range is told apart from what is no number. */
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

  private final String kind;
  private final String line;
  private final String head;
  private final Map<String, String> fields = new LinkedHashMap<>();

  /**
   * @param kind what is being read, for messages: "workload", "target", "schedule"
   */
  public FieldReader(String kind, String line) {
    this.kind = kind;
    this.line = line.strip();
    if (this.line.length() > MAX_LINE_CHARS) {
      throw new TextException(
          "%s text has %d characters, at most %d are read. Mend: check that it is one line"
              .formatted(kind, this.line.length(), MAX_LINE_CHARS));
    }
    if (this.line.isEmpty()) {
      throw new TextException("%s text is empty. Mend: give one".formatted(kind));
    }
    String[] words = BLANKS.split(this.line, -1);
    this.head = words[0];
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      if (equals <= 0 || equals == words[i].length() - 1) {
        throw problem("'" + words[i] + "' is not key=value", "write key=value without spaces");
      }
      String key = words[i].substring(0, equals);
      if (fields.put(key, words[i].substring(equals + 1)) != null) {
        throw problem("'" + key + "' is given twice", "keep one of them");
      }
    }
  }

  /** The first word. */
  public String head() {
    return head;
  }

  /** The value of a field that must be there. */
  public String string(String key) {
    return optional(key)
        .orElseThrow(() -> problem("'" + key + "' is missing", "add " + key + "=…"));
  }

  /** The value of a field that may be absent. Each field is read at most once. */
  public Optional<String> optional(String key) {
    return Optional.ofNullable(fields.remove(key));
  }

  /** An integer in [min, max]. */
  public int integer(String key, int min, int max) {
    return parseInt(key, string(key), min, max);
  }

  /** An integer in [min, max], or the default where the field is absent. */
  public int integer(String key, int min, int max, int absent) {
    return optional(key).map(value -> parseInt(key, value, min, max)).orElse(absent);
  }

  /** Exactly count comma-separated integers, each in [min, max]. */
  public int[] integers(String key, int count, int min, int max) {
    String value = string(key);
    String[] parts = value.split(",", -1);
    if (parts.length != count) {
      throw problem(
          "'%s=%s' has %d numbers".formatted(key, value, parts.length),
          "write %d numbers with commas between".formatted(count));
    }
    int[] numbers = new int[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = parseInt(key, parts[i], min, max);
    }
    return numbers;
  }

  /** Fields that nobody has asked for, in the order of the line; reading them ends the line. */
  public Map<String, String> rest() {
    Map<String, String> rest = new LinkedHashMap<>(fields);
    fields.clear();
    return rest;
  }

  /** Refuses fields that nobody asked for. */
  public void end() {
    if (!fields.isEmpty()) {
      throw problem(
          "'" + fields.keySet().iterator().next() + "' means nothing here", "remove that field");
    }
  }

  /** An error about this line. */
  public TextException problem(String what, String mend) {
    return new TextException("%s '%s': %s. Mend: %s".formatted(kind, line, what, mend));
  }

  /** An error about a value that must be one of a list. */
  public TextException notOneOf(String key, String value, List<String> known) {
    return problem(
        "'%s=%s' is not known".formatted(key, value), "use one of " + String.join(", ", known));
  }

  private int parseInt(String key, String value, int min, int max) {
    // Integer.parseInt would also read "+1" and other scripts' digits: two texts of one value.
    if (!INTEGER.matcher(value).matches()) {
      throw problem(
          "'%s=%s' is not an integer".formatted(key, value),
          "use a number in [%d, %d]".formatted(min, max));
    }
    long number = Long.parseLong(value);
    if (number < min || number > max) {
      throw problem(
          "'%s' is %d, must be in [%d, %d]".formatted(key, number, min, max), "correct the number");
    }
    return (int) number;
  }
}
