package dev.octune.rpc.wire;

import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.space.Candidate;
import java.time.Duration;
import java.util.List;

/** What is asked of a device: the calls of {@code kernels.measure.Device} as values. */
public sealed interface Request {
  /** Within this time of the request's arrival the worker answers. */
  Duration limit();

  /** One trial. */
  record Measure(MeasureRequest request, Duration limit) implements Request {
    public Measure {
      requireLimit(limit);
    }
  }

  /**
   * Final confirmation side by side.
   *
   * @param candidates of one workload and target, in [1, {@link Protocol#MAX_CONFIRMED}]
   */
  record Confirm(List<Candidate> candidates, long seed, Duration limit) implements Request {
    public Confirm {
      candidates = List.copyOf(candidates);
      requireLimit(limit);
      if (candidates.isEmpty() || candidates.size() > Protocol.MAX_CONFIRMED) {
        throw new IllegalArgumentException(
            "%d candidates, must be in [1, %d]"
                .formatted(candidates.size(), Protocol.MAX_CONFIRMED));
      }
      Candidate first = candidates.getFirst();
      for (Candidate candidate : candidates) {
        if (!candidate.workload().equals(first.workload())
            || !candidate.target().equals(first.target())) {
          throw new IllegalArgumentException(
              "candidates of '%s' on '%s' and of '%s' on '%s' can't be confirmed side by side"
                  .formatted(
                      first.workload(), first.target(), candidate.workload(), candidate.target()));
        }
      }
    }
  }

  private static void requireLimit(Duration limit) {
    if (limit.toMillis() < 1 || limit.compareTo(Protocol.MAX_LIMIT) > 0) {
      throw new IllegalArgumentException(
          "limit is %s, must be in [1 ms, %s]".formatted(limit, Protocol.MAX_LIMIT));
    }
  }
}
