package dev.octune.db.match;

import dev.octune.db.record.ConfirmedBest;
import java.util.Optional;

/** What a database knows about a query. */
public sealed interface LookupResult {
  /** The word that JSON and people see. */
  default String match() {
    return switch (this) {
      case Exact _ -> "exact";
      case Compatible _ -> "compatible";
      case Nearest _ -> "nearest";
      case None _ -> "none";
    };
  }

  /** The record behind the answer; its workload and target say what it was measured on. */
  default Optional<ConfirmedBest> record() {
    return switch (this) {
      case Exact(ConfirmedBest best) -> Optional.of(best);
      case Compatible(ConfirmedBest best) -> Optional.of(best);
      case Nearest(ConfirmedBest best, double _) -> Optional.of(best);
      case None() -> Optional.empty();
    };
  }

  /** Confirmed for this workload (any azp) on this target: its times are the query's. */
  record Exact(ConfirmedBest best) implements LookupResult {}

  /**
   * Same shape, and the kernel is exact and runnable for the query: the record's value ranges hold
   * the query's, or its target needs fewer instructions. The times are those of the record's own
   * target.
   */
  record Compatible(ConfirmedBest best) implements LookupResult {}

  /**
   * Another shape's schedule that is a legal point of the query's space. No time is claimed: the
   * record's times are those of the record's own workload.
   *
   * @param distance as {@link ShapeDistance} defines it, ≥ 0
   */
  record Nearest(ConfirmedBest best, double distance) implements LookupResult {}

  /** Nothing that could be served. */
  record None() implements LookupResult {}
}
