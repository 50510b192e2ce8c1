package dev.octune.db.match;

import dev.octune.db.record.KnownBest;
import java.util.Optional;

/**
 * What a database knows about a query.
 *
 * @param <B> the form of the bests asked: with their samples or without
 */
public sealed interface LookupResult<B extends KnownBest> {
  /** The word that JSON and people see. */
  default String match() {
    return switch (this) {
      case Exact<B> _ -> "exact";
      case Compatible<B> _ -> "compatible";
      case Nearest<B> _ -> "nearest";
      case None<B> _ -> "none";
    };
  }

  /** The record behind the answer; its workload and target say what it was measured on. */
  default Optional<B> record() {
    return switch (this) {
      case Exact<B>(B best) -> Optional.of(best);
      case Compatible<B>(B best) -> Optional.of(best);
      case Nearest<B>(B best, double _) -> Optional.of(best);
      case None<B>() -> Optional.empty();
    };
  }

  /** Confirmed for this workload (any azp) on this target: its times are the query's. */
  record Exact<B extends KnownBest>(B best) implements LookupResult<B> {}

  /**
   * Same shape, and the kernel is exact and runnable for the query: the record's value ranges hold
   * the query's, or its target needs fewer instructions. The times are those of the record's own
   * target.
   */
  record Compatible<B extends KnownBest>(B best) implements LookupResult<B> {}

  /**
   * Another shape's schedule that is a legal point of the query's space. No time is claimed: the
   * record's times are those of the record's own workload.
   *
   * @param distance as {@link ShapePoint} defines it, ≥ 0
   */
  record Nearest<B extends KnownBest>(B best, double distance) implements LookupResult<B> {}

  /** Nothing that could be served. */
  record None<B extends KnownBest>() implements LookupResult<B> {}
}
