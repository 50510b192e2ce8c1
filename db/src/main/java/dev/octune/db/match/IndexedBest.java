package dev.octune.db.match;

import dev.octune.db.record.KnownBest;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A confirmed best without its samples, and what was found about its legality. Thread-safe. */
public final class IndexedBest implements KnownBest {
  private static final byte UNKNOWN = 0;
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
   * Of this schedule on its own workload and target. Threads may overwrite each other's verdicts
   * with the same value, or ask twice.
   */
  private byte verdict = UNKNOWN;

  /** The same with other azps, by azp; few are ever asked for. */
  private byte @Nullable [] otherVerdicts;

  /** A best with other objects of the same texts, so that equal ones are shared. */
  IndexedBest(KnownBest best, Workload workload, Target target, Schedule schedule, String device) {
    this.workload = workload;
    this.target = target;
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
  boolean isLegalWithAzp(int azp, Legality legality) {
    if (azp == workload.numerics().azp()) {
      if (verdict == UNKNOWN) {
        verdict = judge(workload, legality);
      }
      return verdict == LEGAL;
    }
    byte[] known = otherVerdicts;
    if (known == null) {
      known = new byte[VERDICTS];
      otherVerdicts = known;
    }
    if (known[azp] == UNKNOWN) {
      known[azp] = judge(workload.with(workload.numerics().withAzp(azp)), legality);
    }
    return known[azp] == LEGAL;
  }

  private byte judge(Workload own, Legality legality) {
    return legality.of(own, target).test(schedule) ? LEGAL : ILLEGAL;
  }

  @Override
  public String toString() {
    return "%s on %s: %s, %.1f ns".formatted(workload, target, schedule, medianNanos);
  }
}
