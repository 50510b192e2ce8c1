package dev.octune.kernels.space;

import dev.octune.kernels.text.FieldReader;
import dev.octune.kernels.text.TextException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One value per knob of a template: a point of its config space. Text: {@code conv2d_direct/1
 * leaf=avx2_s16 oc_vectors=2 ow_tile=4}. The template's version is part of it, so a record never
 * outlives the code it describes unnoticed.
 *
 * @param values knob name → value, in the template's order
 */
public record Schedule(String template, int version, Map<String, String> values) {
  private static final Pattern TEMPLATE = Pattern.compile("([a-z][a-z0-9_]*)/([1-9][0-9]{0,5})");

  public Schedule {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** The value of a knob as text. */
  public String choice(String knob) {
    String value = values.get(knob);
    if (value == null) {
      throw new TextException(
          "schedule '%s': knob '%s' is missing. Mend: add %s=…".formatted(text(), knob, knob));
    }
    return value;
  }

  /** The value of a knob as a number. */
  public int size(String knob) {
    String value = choice(knob);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new TextException(
          "schedule '%s': knob '%s' is '%s'. Mend: use a number".formatted(text(), knob, value), e);
    }
  }

  /**
   * For each of a template's knobs the index of the value here; empty where this is a schedule of
   * another template or version, has other knobs than these, or a value that a knob does not have.
   */
  public Optional<int[]> coordinates(String ofTemplate, int ofVersion, List<Knob> knobs) {
    if (!template.equals(ofTemplate) || version != ofVersion || values.size() != knobs.size()) {
      return Optional.empty();
    }
    int[] coordinates = new int[knobs.size()];
    for (int k = 0; k < coordinates.length; k++) {
      String value = values.get(knobs.get(k).name());
      coordinates[k] = value == null ? -1 : knobs.get(k).values().indexOf(value);
      if (coordinates[k] < 0) {
        return Optional.empty();
      }
    }
    return Optional.of(coordinates);
  }

  public String text() {
    return values.entrySet().stream()
        .map(e -> " " + e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining("", template + "/" + version, ""));
  }

  @Override
  public String toString() {
    return text();
  }

  /** Reads a canonical text; whether its space contains the point is the space's to say. */
  public static Schedule parse(String text) {
    FieldReader fields = new FieldReader("schedule", text);
    var head = TEMPLATE.matcher(fields.head());
    if (!head.matches()) {
      throw fields.problem(
          "'" + fields.head() + "' is not template/version", "start with, say, conv2d_direct/1");
    }
    return new Schedule(head.group(1), Integer.parseInt(head.group(2)), fields.rest());
  }
}
