package dev.octune.kernels.space;

import java.util.List;
import java.util.stream.IntStream;

/** One tunable choice with its finite values; the value's index is its coordinate in a space. */
public sealed interface Knob {
  String name();

  /** Values as they stand in a schedule's text. */
  List<String> values();

  /** Neighbouring values behave alike: a tile size, a block size. */
  record Size(String name, List<Integer> sizes) implements Knob {
    public Size {
      check(name, sizes);
      sizes = List.copyOf(sizes);
    }

    public static Size of(String name, int... sizes) {
      return new Size(name, IntStream.of(sizes).boxed().toList());
    }

    @Override
    public List<String> values() {
      return sizes.stream().map(String::valueOf).toList();
    }
  }

  /** Values without an order: a leaf operation, a loop order. */
  record Choice(String name, List<String> values) implements Knob {
    public Choice {
      check(name, values);
      values = List.copyOf(values);
      values.forEach(value -> checkWord(name, value));
    }

    public static Choice of(String name, String... values) {
      return new Choice(name, List.of(values));
    }
  }

  /** One word, or else the schedule's text could not be read back. */
  private static void checkWord(String name, String value) {
    if (!value.matches("[A-Za-z0-9_.,-]+")) {
      throw new IllegalArgumentException("knob %s has value '%s'".formatted(name, value));
    }
  }

  private static void check(String name, List<?> values) {
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException("knob name '" + name + "' is not lower_case");
    }
    if (values.isEmpty() || values.stream().distinct().count() != values.size()) {
      throw new IllegalArgumentException("knob " + name + " has values " + values);
    }
  }
}
