package dev.octune.tuner.coordinator;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One step of the machine: when it is, and what it has decided so far. */
final class Moment {
  private final Instant wall;
  private final long nanos;
  private final List<CoordinatorEffect> effects = new ArrayList<>();

  Moment(Instant wall, long nanos) {
    this.wall = wall;
    this.nanos = nanos;
  }

  /** The time of day, for people and records. */
  Instant wall() {
    return wall;
  }

  /** Steady time, for every limit and share; only differences mean something. */
  long nanos() {
    return nanos;
  }

  void decide(CoordinatorEffect effect) {
    effects.add(effect);
  }

  List<CoordinatorEffect> effects() {
    return List.copyOf(effects);
  }
}
