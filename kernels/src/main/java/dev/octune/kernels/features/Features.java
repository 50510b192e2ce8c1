package dev.octune.kernels.features;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The features of the points of one task's space. Any template will do: knobs of known names get
 * their own features and what follows from them, all others fill the {@code OTHER_n} slots.
 * Immutable, thread-safe.
 */
public final class Features {
  /** Raised whenever a row changes for the same schedule; stored models and rows carry it. */
  public static final int VERSION = 4;

  private static final String LEAF = "leaf";

  private static final Feature[] FEATURES = Feature.values();

  /** Knobs that {@link Point} knows by name. */
  private static final Set<String> KNOWN =
      Set.of(
          LEAF,
          "ic_block",
          "oc_vectors",
          "vectors",
          "block_vectors",
          "ow_tile",
          "oh_tile",
          "strip",
          "unroll",
          "taps",
          "reduce",
          "order",
          "border",
          "weights",
          "lanes");

  private final Workload workload;
  private final Target target;
  private final LoopNest nest;
  private final List<Knob> knobs;
  private final Map<String, Integer> places = new HashMap<>();
  private final List<Integer> others = new ArrayList<>();
  private final List<LeafTraits> leaves;

  private Features(Workload workload, Target target, List<Knob> knobs) {
    this.workload = workload;
    this.target = target;
    this.nest = LoopNest.of(workload);
    this.knobs = List.copyOf(knobs);
    for (int k = 0; k < knobs.size(); k++) {
      places.put(knobs.get(k).name(), k);
      if (!KNOWN.contains(knobs.get(k).name()) && others.size() < Feature.OTHERS) {
        others.add(k);
      }
    }
    Integer leafPlace = places.get(LEAF);
    List<String> names = leafPlace == null ? List.of("") : knobs.get(leafPlace).values();
    this.leaves = names.stream().map(name -> LeafTraits.of(name, target.isa())).toList();
  }

  /** The features of a space's points. */
  public static Features of(Workload workload, Target target, ConfigSpace space) {
    return new Features(workload, target, space.knobs());
  }

  /**
   * The row of a point, {@link Feature#count} values in the order of {@link Feature}.
   *
   * @param coordinates for each knob the index of its value, as {@link ConfigSpace#coordinates}
   *     gives them
   */
  public float[] row(int[] coordinates) {
    Point point = point(coordinates);
    float[] row = new float[Feature.count()];
    for (int column = 0; column < row.length; column++) {
      row[column] = FEATURES[column].of(point);
    }
    return row;
  }

  /** The row of a schedule that is made of this space's knobs. */
  public float[] row(Schedule schedule) {
    int[] coordinates = new int[knobs.size()];
    for (int k = 0; k < coordinates.length; k++) {
      Knob knob = knobs.get(k);
      coordinates[k] = knob.values().indexOf(schedule.choice(knob.name()));
      if (coordinates[k] < 0) {
        throw new IllegalArgumentException(
            "schedule '%s': %s is none of %s"
                .formatted(schedule.text(), knob.name(), knob.values()));
      }
    }
    return row(coordinates);
  }

  private Point point(int[] at) {
    int leaf = (int) size(at, LEAF, 0);
    double ocVectors = size(at, places.containsKey("oc_vectors") ? "oc_vectors" : "vectors", 1);
    List<Double> rest = new ArrayList<>(Collections.nCopies(Feature.OTHERS, Double.NaN));
    for (int i = 0; i < others.size(); i++) {
      rest.set(i, generic(at, others.get(i)));
    }
    return new Point(
        workload,
        target,
        nest,
        leaves.get(leaf),
        leaf,
        size(at, "ic_block", Double.NaN),
        ocVectors,
        size(at, "block_vectors", ocVectors),
        size(at, "ow_tile", Double.NaN),
        size(at, "oh_tile", 1),
        size(at, "strip", nest.columns()),
        size(at, "unroll", 1),
        word(at, "taps", "loop", "unrolled", "looped"),
        word(at, "reduce", "channels_outer", "taps_outer"),
        word(at, "order", "channels_outer", "rows_outer"),
        word(at, "border", "packed", "rows_skipped", "taps_skipped"),
        word(at, "weights", "streamed", "held"),
        word(at, "lanes", "channels", "multipliers"),
        rest);
  }

  /** The number that a size knob has, or what a template without the knob amounts to. */
  private double size(int[] at, String name, double absent) {
    Integer place = places.get(name);
    return place == null ? absent : number(place, at[place]);
  }

  /** The place of a choice among these words, behind them for other words; NaN for no knob. */
  private double word(int[] at, String name, String... words) {
    Integer place = places.get(name);
    if (place == null) {
      return Double.NaN;
    }
    int known = List.of(words).indexOf(knobs.get(place).values().get(at[place]));
    return known >= 0 ? known : words.length + at[place];
  }

  private double generic(int[] at, int place) {
    return switch (knobs.get(place)) {
      case Knob.Size _ -> Math.log(number(place, at[place]) + 1) / Math.log(2);
      case Knob.Choice _ -> at[place];
    };
  }

  /** A size as it is; the index of a choice. */
  private double number(int place, int index) {
    return switch (knobs.get(place)) {
      case Knob.Size size -> size.sizes().get(index);
      case Knob.Choice _ -> index;
    };
  }
}
