package dev.octune.db.record;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The outcome of one final confirmation, in which the default and the contenders ran side by side:
 * what a lookup serves. The best is never slower than the default; where no contender beat the
 * default, the best <em>is</em> the default.
 *
 * @param confirmedAt kept to the millisecond
 */
public record ConfirmedBest(
    Workload workload,
    Target target,
    Figure defaultFigure,
    Figure best,
    Session session,
    Instant confirmedAt)
    implements KnownBest {
  public ConfirmedBest {
    if (best.medianNanos() > defaultFigure.medianNanos()) {
      throw new IllegalArgumentException(
          "best %s with %.1f ns is slower than the default's %.1f ns"
              .formatted(best.schedule(), best.medianNanos(), defaultFigure.medianNanos()));
    }
    if (best.schedule().equals(defaultFigure.schedule()) && !best.equals(defaultFigure)) {
      throw new IllegalArgumentException("the default schedule has two figures");
    }
    confirmedAt = confirmedAt.truncatedTo(ChronoUnit.MILLIS);
  }

  /** A schedule with the samples it was confirmed by. */
  public record Figure(Schedule schedule, Measurement.Timed timed) {
    public double medianNanos() {
      return timed.medianNanos();
    }
  }

  /** Whether search won over the default. */
  public enum Source {
    TUNED,
    DEFAULT
  }

  /**
   * The fastest of the default and its contenders, all from one confirmation.
   *
   * @param contenders may be empty, and may hold the default's schedule again: the default's own
   *     figure then counts
   */
  public static ConfirmedBest choose(
      Workload workload,
      Target target,
      Figure defaultFigure,
      List<Figure> contenders,
      Session session,
      Instant confirmedAt) {
    Figure best = defaultFigure;
    for (Figure contender : contenders) {
      if (contender.medianNanos() < best.medianNanos()
          && !contender.schedule().equals(defaultFigure.schedule())) {
        best = contender;
      }
    }
    return new ConfirmedBest(workload, target, defaultFigure, best, session, confirmedAt);
  }

  public Source source() {
    return best.schedule().equals(defaultFigure.schedule()) ? Source.DEFAULT : Source.TUNED;
  }

  @Override
  public Schedule schedule() {
    return best.schedule();
  }

  @Override
  public double medianNanos() {
    return best.medianNanos();
  }

  @Override
  public double defaultNanos() {
    return defaultFigure.medianNanos();
  }

  @Override
  public String device() {
    return session.device();
  }

  public Candidate bestCandidate() {
    return new Candidate(workload, target, best.schedule());
  }
}
