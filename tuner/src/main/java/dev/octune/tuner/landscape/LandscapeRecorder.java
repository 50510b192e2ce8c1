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
import java.util.Collections;
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
   * @param passes how often all points are measured, one after another; a point's time is the
   *     median of its passes, which lie minutes apart, so that what disturbs the machine for a
   *     while spoils one of them at most
   * @param seed of the choice and of the operands
   * @throws IllegalStateException where the device is lost: half a landscape is none
   */
  public static Landscape record(
      Device device, SearchTask task, int samplePoints, int passes, long seed, Progress progress) {
    if (samplePoints < 1 || samplePoints > Landscape.MAX_POINTS || passes < 1) {
      throw new IllegalArgumentException(
          "a sample of %d points in %d passes, must be in [1, %d], in at least one pass"
              .formatted(samplePoints, passes, Landscape.MAX_POINTS));
    }
    List<Schedule> schedules = new ArrayList<>(List.of(task.defaultSchedule()));
    if (samplePoints > 1) {
      try (Search search = Search.open(StrategyKind.RANDOM, seed)) {
        schedules.addAll(search.strategy(task, List.of()).propose(samplePoints - 1));
      }
    }
    List<List<Landscape.Outcome>> outcomes = new ArrayList<>();
    schedules.forEach(_ -> outcomes.add(new ArrayList<>()));
    Pass pass = new Pass(device, task, schedules, passes, seed, progress);
    for (int ordinal = 0; ordinal < passes; ordinal++) {
      pass.run(ordinal, outcomes);
    }
    List<Landscape.Point> points = new ArrayList<>();
    for (int i = 0; i < schedules.size(); i++) {
      points.add(new Landscape.Point(schedules.get(i), median(outcomes.get(i))));
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

  /** All points measured once, in order, a few of them under way at a time. */
  private record Pass(
      Device device,
      SearchTask task,
      List<Schedule> schedules,
      int passes,
      long seed,
      Progress progress) {
    void run(int ordinal, List<List<Landscape.Outcome>> outcomes) {
      Queue<CompletableFuture<Measurement>> underWay = new ArrayDeque<>();
      int asked = 0;
      for (int done = 0; done < schedules.size(); done++) {
        for (; asked < schedules.size() && underWay.size() < IN_FLIGHT; asked++) {
          Candidate candidate = new Candidate(task.workload(), task.target(), schedules.get(asked));
          underWay.add(device.measure(new MeasureRequest(candidate, seed, OptionalDouble.empty())));
        }
        Schedule schedule = schedules.get(done);
        Measurement measurement = underWay.remove().join();
        outcomes.get(done).add(outcome(schedule, measurement));
        progress.measured(
            ordinal * schedules.size() + done + 1,
            passes * schedules.size(),
            schedule,
            measurement);
      }
    }
  }

  /** The middle time, the lower one of two; a failure where any pass failed. */
  private static Landscape.Outcome median(List<Landscape.Outcome> outcomes) {
    List<Double> nanos = new ArrayList<>();
    for (Landscape.Outcome outcome : outcomes) {
      switch (outcome) {
        case Landscape.Outcome.Timed timed -> nanos.add(timed.medianNanos());
        case Landscape.Outcome.Failed failed -> {
          return failed;
        }
      }
    }
    Collections.sort(nanos);
    return new Landscape.Outcome.Timed(nanos.get((nanos.size() - 1) / 2));
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
