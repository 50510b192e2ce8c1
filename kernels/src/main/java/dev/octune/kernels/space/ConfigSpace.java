package dev.octune.kernels.space;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Ordered knobs and constraints: the schedules of one template for one workload and target,
 * numbered 0..size−1 in knob order, the last knob running fastest. Immutable, thread-safe.
 */
public final class ConfigSpace {
  /** Points before the constraints; enumerating this many takes about a second. */
  public static final int MAX_RAW_POINTS = 1 << 22;

  private final String template;
  private final int version;
  private final List<Knob> knobs;
  private final List<List<String>> values;
  private final int rawSize;
  private final int[] legal;
  private final List<Pruned> pruned;

  /**
   * What a constraint leaves out.
   *
   * @param points that it forbids and that no constraint before it does
   */
  public record Pruned(String constraint, int points) {}

  private <P> ConfigSpace(
      String template,
      int version,
      List<Knob> knobs,
      Function<int[], P> point,
      List<Constraint<? super P>> constraints) {
    this.template = template;
    this.version = version;
    this.knobs = List.copyOf(knobs);
    this.values = knobs.stream().map(Knob::values).toList();
    if (knobs.stream().map(Knob::name).distinct().count() != knobs.size()) {
      throw new IllegalArgumentException("space of %s has a knob twice".formatted(template));
    }
    long raw = 1;
    for (List<String> choices : values) {
      raw = Math.multiplyExact(raw, choices.size());
      if (raw > MAX_RAW_POINTS) {
        throw new IllegalArgumentException(
            "space of %s has over %d points".formatted(template, MAX_RAW_POINTS));
      }
    }
    this.rawSize = (int) raw;
    int[] found = new int[rawSize];
    int count = 0;
    int[] forbidden = new int[constraints.size()];
    int[] coordinates = new int[knobs.size()];
    for (int i = 0; i < rawSize; i++) {
      int breaks = Constraint.firstBroken(constraints, point.apply(coordinates));
      if (breaks < 0) {
        found[count++] = i;
      } else {
        forbidden[breaks]++;
      }
      for (int k = coordinates.length - 1; k >= 0; k--) {
        if (++coordinates[k] < values.get(k).size()) {
          break;
        }
        coordinates[k] = 0;
      }
    }
    this.legal = Arrays.copyOf(found, count);
    this.pruned =
        IntStream.range(0, forbidden.length)
            .mapToObj(i -> new Pruned(constraints.get(i).name(), forbidden[i]))
            .toList();
  }

  /**
   * Enumerates the points that one constraint allows.
   *
   * @param constraint true where a schedule is legal and worth building
   */
  public static ConfigSpace of(
      String template, int version, List<Knob> knobs, Predicate<Schedule> constraint) {
    return ofSchedules(
        template,
        version,
        knobs,
        schedule -> schedule,
        List.of(new Constraint<>("schedule is legal", constraint)));
  }

  /**
   * Enumerates the points that the constraints allow.
   *
   * @param point what constraints read
   * @param constraints what makes a schedule legal and worth building; a point counts for the first
   *     that forbids it
   */
  public static <P> ConfigSpace ofSchedules(
      String template,
      int version,
      List<Knob> knobs,
      Function<Schedule, P> point,
      List<Constraint<? super P>> constraints) {
    List<Knob> ordered = List.copyOf(knobs);
    return ofCoordinates(
        template,
        version,
        ordered,
        at -> point.apply(schedule(template, version, ordered, at)),
        constraints);
  }

  /**
   * As the other, without making a schedule of each point: for large spaces.
   *
   * @param point of coordinates, the index of each knob's value; the array is only lent
   */
  public static <P> ConfigSpace ofCoordinates(
      String template,
      int version,
      List<Knob> knobs,
      Function<int[], P> point,
      List<Constraint<? super P>> constraints) {
    return new ConfigSpace(template, version, knobs, point, constraints);
  }

  public String template() {
    return template;
  }

  public int version() {
    return version;
  }

  public List<Knob> knobs() {
    return knobs;
  }

  /** Legal points. */
  public int size() {
    return legal.length;
  }

  /** Points before the constraints. */
  public int rawSize() {
    return rawSize;
  }

  /** What each constraint leaves out, in the order in which they are asked. */
  public List<Pruned> pruned() {
    return pruned;
  }

  /** The point of an index in [0, size). */
  public Schedule at(int index) {
    return schedule(template, version, knobs, coordinates(index));
  }

  /** The coordinates of a point: for each knob the index of its value. */
  public int[] coordinates(int index) {
    int[] coordinates = new int[knobs.size()];
    int rest = legal[index];
    for (int k = knobs.size() - 1; k >= 0; k--) {
      coordinates[k] = rest % values.get(k).size();
      rest /= values.get(k).size();
    }
    return coordinates;
  }

  /** The index of the point at these coordinates, empty where a constraint forbids it. */
  public OptionalInt indexOf(int[] coordinates) {
    if (coordinates.length != knobs.size()) {
      throw new IllegalArgumentException(
          "%d coordinates for %d knobs".formatted(coordinates.length, knobs.size()));
    }
    int raw = 0;
    for (int k = 0; k < coordinates.length; k++) {
      if (coordinates[k] < 0 || coordinates[k] >= values.get(k).size()) {
        throw new IllegalArgumentException(
            "coordinate %d of knob %s is %d, must be in [0, %d)"
                .formatted(k, knobs.get(k).name(), coordinates[k], values.get(k).size()));
      }
      raw = raw * values.get(k).size() + coordinates[k];
    }
    int index = Arrays.binarySearch(legal, raw);
    return index >= 0 ? OptionalInt.of(index) : OptionalInt.empty();
  }

  /** The index of a schedule, empty where it is not a point of this space. */
  public OptionalInt indexOf(Schedule schedule) {
    return schedule
        .coordinates(template, version, knobs)
        .map(this::indexOf)
        .orElseGet(OptionalInt::empty);
  }

  public boolean contains(Schedule schedule) {
    return indexOf(schedule).isPresent();
  }

  private static Schedule schedule(
      String template, int version, List<Knob> knobs, int[] coordinates) {
    Map<String, String> chosen = new LinkedHashMap<>();
    for (int k = 0; k < coordinates.length; k++) {
      chosen.put(knobs.get(k).name(), knobs.get(k).values().get(coordinates[k]));
    }
    return new Schedule(template, version, chosen);
  }
}
