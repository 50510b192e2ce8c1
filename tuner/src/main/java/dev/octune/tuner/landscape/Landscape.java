package dev.octune.tuner.landscape;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.search.SearchTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What each recorded point of one task's space measured. It carries its knobs along, so that it
 * keeps its meaning when templates move on.
 *
 * @param device description of the device that measured
 * @param knobs of the recorded space, in its order
 * @param defaultSchedule always among the points
 * @param seed of the sample's choice and of the operands
 * @param spaceSize legal points of the space; as many points were recorded where it is exhaustive
 * @param points in the order measured, no schedule twice
 */
public record Landscape(
    Workload workload,
    Target target,
    String device,
    List<Knob> knobs,
    Schedule defaultSchedule,
    long seed,
    int spaceSize,
    List<Point> points) {
  /** Points a landscape may hold: hours of measuring, some 4 MB of text, 50 MB of objects. */
  public static final int MAX_POINTS = 100_000;

  public Landscape {
    knobs = List.copyOf(knobs);
    points = List.copyOf(points);
    Set<Schedule> schedules = new HashSet<>();
    for (Point point : points) {
      if (!schedules.add(point.schedule())) {
        throw new IllegalArgumentException(
            "point '%s' is recorded twice".formatted(point.schedule().text()));
      }
    }
    if (!schedules.contains(defaultSchedule)) {
      throw new IllegalArgumentException(
          "the default '%s' is not among the points".formatted(defaultSchedule.text()));
    }
    if (points.size() > Math.min(spaceSize, MAX_POINTS)) {
      throw new IllegalArgumentException(
          "%d points of a space of %d, at most %d are held"
              .formatted(points.size(), spaceSize, MAX_POINTS));
    }
  }

  /** One measured point. */
  public record Point(Schedule schedule, Outcome outcome) {}

  /** How the measurement of a point ended. */
  public sealed interface Outcome {
    /** Right and timed; the median over placements. */
    record Timed(double medianNanos) implements Outcome {
      public Timed {
        if (!(medianNanos > 0) || Double.isInfinite(medianNanos)) {
          throw new IllegalArgumentException("a median of " + medianNanos + " ns is no time");
        }
      }
    }

    /** No time came of it. */
    record Failed(Failure failure) implements Outcome {}
  }

  /** Why a point has no time, in the words of {@code Measurement.status()}. */
  public enum Failure {
    WRONG_ANSWER("wrong_answer"),
    BUILD_FAILED("build_failed"),
    RUN_FAILED("run_failed"),
    TIMED_OUT("timed_out");

    private final String status;

    Failure(String status) {
      this.status = status;
    }

    public String status() {
      return status;
    }

    static Optional<Failure> of(String status) {
      return List.of(values()).stream().filter(f -> f.status.equals(status)).findFirst();
    }
  }

  /** True where every point of the space was recorded. */
  public boolean isExhaustive() {
    return points.size() == spaceSize;
  }

  /** The task whose space is exactly the recorded points: a search in it never leaves them. */
  public SearchTask task() {
    Set<Schedule> recorded = new HashSet<>();
    points.forEach(point -> recorded.add(point.schedule()));
    ConfigSpace space =
        ConfigSpace.of(
            defaultSchedule.template(), defaultSchedule.version(), knobs, recorded::contains);
    return new SearchTask(workload, target, space, defaultSchedule);
  }

  /** Writes the file, gzip-compressed where its name ends in .gz; an existing one is replaced. */
  public void write(Path file) throws IOException {
    LandscapeFile.write(this, file);
  }

  /**
   * Reads a file that {@link #write} wrote, compressed or not.
   *
   * @throws dev.octune.kernels.text.TextException where it is none, naming file and line
   */
  public static Landscape read(Path file) throws IOException {
    return LandscapeFile.read(file);
  }
}
