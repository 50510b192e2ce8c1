package dev.octune.tuner.job;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Schedule;
import dev.octune.tuner.task.TuningTask;
import java.util.Optional;

/**
 * What a job knows of a task at its end.
 *
 * @param newTrials trials of this job
 * @param tuned empty where nothing ever ran right
 */
public record TaskResult(TuningTask task, int spaceSize, int newTrials, Optional<Tuned> tuned) {
  /** Where the best schedule comes from. */
  public enum Source {
    MEASURED("measured"),
    DATABASE("database"),
    DEFAULT("default");

    private final String text;

    Source(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /** A schedule with its confirmed times. */
  public record Confirmed(Schedule schedule, Measurement.Timed times) {
    public double medianNanos() {
      return times.medianNanos();
    }
  }

  /**
   * The default and the best side by side, from one confirmation; never slower than the default.
   */
  public record Tuned(Confirmed byDefault, Confirmed best, Source source) {
    public double speedup() {
      return byDefault.medianNanos() / best.medianNanos();
    }
  }
}
