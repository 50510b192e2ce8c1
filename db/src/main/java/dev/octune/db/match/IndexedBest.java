package dev.octune.db.match;

import dev.octune.db.record.KnownBest;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A confirmed best without its samples, and what was found about its legality. Thread-safe. */
public final class IndexedBest implements KnownBest {
  private static final byte LEGAL = 1;
  private static final byte ILLEGAL = 2;

  /** One for each value of azp. */
  private static final int VERDICTS = 256;

  private final Workload workload;
  private final Target target;
  private final Schedule schedule;
  private final double medianNanos;
  private final double defaultNanos;
  private final Instant confirmedAt;
  private final String device;
  private final String id;

  /**
   * Of this schedule on its own workload and target, by azp; 0 where nobody has asked. Threads may
   * overwrite each other's entries with the same value, or ask twice.
   */
  private byte @Nullable [] verdicts;

  /** A best with another schedule object of the same text, so that equal ones are shared. */
  IndexedBest(KnownBest best, Schedule schedule, String device) {
    this.workload = best.workload();
    this.target = best.target();
    this.schedule = schedule;
    this.medianNanos = best.medianNanos();
    this.defaultNanos = best.defaultNanos();
    this.confirmedAt = best.confirmedAt();
    this.device = device;
    this.id = best.id();
  }

  @Override
  public Workload workload() {
    return workload;
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public Schedule schedule() {
    return schedule;
  }

  @Override
  public double medianNanos() {
    return medianNanos;
  }

  @Override
  public double defaultNanos() {
    return defaultNanos;
  }

  @Override
  public Instant confirmedAt() {
    return confirmedAt;
  }

  @Override
  public String device() {
    return device;
  }

  @Override
  public String id() {
    return id;
  }

  /**
   * Whether the schedule is a point of its own workload's and target's space, with another azp: it
   * does not change while the program lives, so it is asked once.
   */
  boolean isLegalWithAzp(int azp, Predicate<Candidate> legal) {
    byte[] known = verdicts;
    if (known == null) {
      known = new byte[VERDICTS];
      verdicts = known;
    }
    if (known[azp] == 0) {
      Workload own = workload.with(workload.numerics().withAzp(azp));
      known[azp] = legal.test(new Candidate(own, target, schedule)) ? LEGAL : ILLEGAL;
    }
    return known[azp] == LEGAL;
  }

  @Override
  public String toString() {
    return "%s on %s: %s, %.1f ns".formatted(workload, target, schedule, medianNanos);
  }
}
