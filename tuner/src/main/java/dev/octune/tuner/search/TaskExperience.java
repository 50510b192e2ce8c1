package dev.octune.tuner.search;

import dev.octune.kernels.measure.Measurement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What was measured of one task, as the model learns it. Not thread-safe. */
final class TaskExperience {
  /**
   * Points a task remembers; training on more takes longer than it gains. The oldest go first, but
   * the best stays.
   */
  private static final int MAX_POINTS = 1024;

  private final Map<Integer, Point> points = new LinkedHashMap<>();
  private @Nullable Point best;
  private long version;

  /** A measured point of the space with its features; no time where it failed. */
  static final class Point {
    final int index;
    final float[] row;
    final OptionalDouble nanos;

    private Point(int index, float[] row, OptionalDouble nanos) {
      this.index = index;
      this.row = row;
      this.nanos = nanos;
    }
  }

  /** Takes in a measured point; a device that was lost says nothing about it. */
  void add(int index, float[] row, Measurement measurement) {
    switch (measurement) {
      case Measurement.Timed timed ->
          add(new Point(index, row, OptionalDouble.of(timed.medianNanos())));
      case Measurement.WrongAnswer _,
          Measurement.BuildFailed _,
          Measurement.RunFailed _,
          Measurement.TimedOut _ ->
          add(new Point(index, row, OptionalDouble.empty()));
      case Measurement.DeviceLost _ -> {}
    }
  }

  private void add(Point point) {
    version++;
    points.remove(point.index);
    points.put(point.index, point);
    if (point.nanos.isPresent()
        && (best == null || point.nanos.getAsDouble() < best.nanos.getAsDouble())) {
      best = point;
    }
    Point keep = best;
    if (points.size() > MAX_POINTS) {
      points.values().stream()
          .filter(p -> p != keep)
          .findFirst()
          .ifPresent(oldest -> points.remove(oldest.index));
    }
  }

  /** The fastest point; empty while nothing was timed, so that there is no scale to learn on. */
  Optional<Point> best() {
    return Optional.ofNullable(best);
  }

  /** Rises with everything taken in. */
  long version() {
    return version;
  }

  /** The newest points, at most so many, oldest first. */
  List<Point> newest(int limit) {
    List<Point> all = new ArrayList<>(points.values());
    return all.subList(Math.max(0, all.size() - limit), all.size());
  }

  /** The fastest points, at most so many, fastest first. */
  List<Point> fastest(int limit) {
    return points.values().stream()
        .filter(point -> point.nanos.isPresent())
        .sorted(
            Comparator.comparingDouble((Point point) -> point.nanos.getAsDouble())
                .thenComparingInt(point -> point.index))
        .limit(limit)
        .toList();
  }
}
