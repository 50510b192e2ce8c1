package dev.octune.tuner.job;

import dev.octune.db.record.ConfirmedBest.Figure;
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

  /**
   * The default and the best side by side, from one confirmation; never slower than the default.
   */
  public record Tuned(Figure byDefault, Figure best, Source source) {
    public double speedup() {
      return byDefault.medianNanos() / best.medianNanos();
    }
  }
}
