package dev.octune.tuner.coordinator;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A job's step into a state.
 *
 * @param who an owner's or administrator's name, or {@link #SERVICE}
 * @param why in words for the job's owner
 * @param at kept to the millisecond
 */
public record JobMove(JobState to, String who, String why, Instant at) {
  /** What moves a job where no person does. */
  public static final String SERVICE = "service";

  public JobMove {
    at = at.truncatedTo(ChronoUnit.MILLIS);
  }
}
