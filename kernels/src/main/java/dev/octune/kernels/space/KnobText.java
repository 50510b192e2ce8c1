package dev.octune.kernels.space;

import java.util.List;
import java.util.regex.Pattern;

/** What names and values of knobs may be, or else a schedule's text could not be read back. */
final class KnobText {
  // Compiled once: a space makes a dozen knobs, and look-ups ask thousands of spaces.
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.,-]+");

  private KnobText() {}

  static void check(String name, List<?> values) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("knob name '" + name + "' is not lower_case");
    }
    if (values.isEmpty() || values.stream().distinct().count() != values.size()) {
      throw new IllegalArgumentException("knob " + name + " has values " + values);
    }
  }

  /** Values that are words. */
  static void checkWords(String name, List<String> values) {
    for (String value : values) {
      if (!WORD.matcher(value).matches()) {
        throw new IllegalArgumentException("knob %s has value '%s'".formatted(name, value));
      }
    }
  }
}
