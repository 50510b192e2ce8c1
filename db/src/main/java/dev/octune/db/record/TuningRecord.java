package dev.octune.db.record;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/**
 * What one candidate's measurement told, for ever.
 *
 * @param session the tune command that asked
 * @param number of this record within its session, counted by whoever appends; session id and
 *     number together name a record on every machine
 * @param seed of the operands' fills, so that the trial can be repeated
 * @param measuredAt kept to the millisecond
 */
public record TuningRecord(
    Session session,
    int number,
    Kind kind,
    Candidate candidate,
    long seed,
    Measurement measurement,
    Instant measuredAt) {
  public TuningRecord {
    if (number < 0) {
      throw new IllegalArgumentException("record number is " + number + ", must be at least 0");
    }
    measuredAt = measuredAt.truncatedTo(ChronoUnit.MILLIS);
  }

  public Workload workload() {
    return candidate.workload();
  }

  public Target target() {
    return candidate.target();
  }

  public Schedule schedule() {
    return candidate.schedule();
  }

  /** Why the measurement was made. */
  public enum Kind {
    /** A new candidate of the search; the only kind that counts as a trial. */
    TRIAL("trial"),
    /** The default schedule, as the base that trials are compared with. */
    DEFAULT("default"),
    /** One contender of a final confirmation, measured beside the default. */
    CONFIRMATION("confirmation");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }

    /** The kind of a text that {@link #text} wrote. */
    public static Kind parse(String text) {
      return Arrays.stream(values())
          .filter(kind -> kind.text.equals(text))
          .findFirst()
          .orElseThrow(
              () -> new IllegalArgumentException("record kind '" + text + "' is not known"));
    }
  }
}
