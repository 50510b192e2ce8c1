package dev.octune.tuner.landscape;

import dev.octune.kernels.measure.Device;
import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.tuner.search.Search;
import dev.octune.tuner.search.SearchTask;
import dev.octune.tuner.search.StrategyKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** Measures a space, whole or a seeded sample of it, into a {@link Landscape}. */
public final class LandscapeRecorder {
  /** Requests under way at once: enough that building never waits for measuring. */
  private static final int IN_FLIGHT = 16;

  private LandscapeRecorder() {}

  /** Hears of each point once it is measured. */
  @FunctionalInterface
  public interface Progress {
    void measured(int done, int of, Schedule schedule, Measurement measurement);
  }

  /**
   * Measures the default and up to samplePoints − 1 further points, each equally likely.
   *
   * @param samplePoints in [1, {@link Landscape#MAX_POINTS}]; the whole space where it has no more
   * @param seed of the choice and of the operands
   * @throws IllegalStateException where the device is lost: half a landscape is none
   */
  public static Landscape record(
      Device device, SearchTask task, int samplePoints, long seed, Progress progress) {
    if (samplePoints < 1 || samplePoints > Landscape.MAX_POINTS) {
      throw new IllegalArgumentException(
          "a sample of %d points, must be in [1, %d]"
              .formatted(samplePoints, Landscape.MAX_POINTS));
    }
    List<Schedule> schedules = new ArrayList<>(List.of(task.defaultSchedule()));
    if (samplePoints > 1) {
      try (Search search = Search.open(StrategyKind.RANDOM, seed)) {
        schedules.addAll(search.strategy(task, List.of()).propose(samplePoints - 1));
      }
    }
    List<Landscape.Point> points = new ArrayList<>();
    Queue<CompletableFuture<Measurement>> underWay = new ArrayDeque<>();
    int asked = 0;
    while (points.size() < schedules.size()) {
      for (; asked < schedules.size() && underWay.size() < IN_FLIGHT; asked++) {
        Candidate candidate = new Candidate(task.workload(), task.target(), schedules.get(asked));
        underWay.add(device.measure(new MeasureRequest(candidate, seed, OptionalDouble.empty())));
      }
      Schedule schedule = schedules.get(points.size());
      Measurement measurement = underWay.remove().join();
      points.add(new Landscape.Point(schedule, outcome(schedule, measurement)));
      progress.measured(points.size(), schedules.size(), schedule, measurement);
    }
    return new Landscape(
        task.workload(),
        task.target(),
        device.description(),
        task.space().knobs(),
        task.defaultSchedule(),
        seed,
        task.space().size(),
        points);
  }

  private static Landscape.Outcome outcome(Schedule schedule, Measurement measurement) {
    return switch (measurement) {
      case Measurement.Timed timed -> new Landscape.Outcome.Timed(timed.medianNanos());
      case Measurement.WrongAnswer _ -> failed(Landscape.Failure.WRONG_ANSWER);
      case Measurement.BuildFailed _ -> failed(Landscape.Failure.BUILD_FAILED);
      case Measurement.RunFailed _ -> failed(Landscape.Failure.RUN_FAILED);
      case Measurement.TimedOut _ -> failed(Landscape.Failure.TIMED_OUT);
      case Measurement.DeviceLost lost ->
          throw new IllegalStateException(
              "device lost at '%s': %s. Mend: bring it back and record again"
                  .formatted(schedule.text(), lost.reason()));
    };
  }

  private static Landscape.Outcome failed(Landscape.Failure failure) {
    return new Landscape.Outcome.Failed(failure);
  }
}
