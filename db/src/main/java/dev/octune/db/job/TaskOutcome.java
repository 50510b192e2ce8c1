package dev.octune.db.job;

import dev.octune.db.record.ConfirmedBest.Figure;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Where a task of a job stands.
 *
 * @param task index in the job's tasks
 * @param trials durable trials of this job
 * @param bestNanos best median of them, made comparable among the key's devices
 */
public record TaskOutcome(
    int task, int spaceSize, int trials, OptionalDouble bestNanos, Optional<Result> result) {
  /**
   * The default and the best, from one confirmation.
   *
   * @param source a word for where the best comes from
   */
  public record Result(Figure byDefault, Figure best, String source) {}
}
