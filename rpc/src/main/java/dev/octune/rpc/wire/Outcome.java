package dev.octune.rpc.wire;

import dev.octune.kernels.measure.Measurement;
import java.util.List;

/** How a request ended; every request that reached a worker ends in exactly one of these. */
public sealed interface Outcome {
  /** Of {@link Request.Measure}. */
  record Measured(Measurement measurement) implements Outcome {}

  /** Of {@link Request.Confirm}: one for each candidate, in their order. */
  record Confirmed(List<Measurement> measurements) implements Outcome {
    public Confirmed {
      measurements = List.copyOf(measurements);
    }
  }

  /**
   * The worker can't read the request, or its answer exceeds a message. Trying again is in vain.
   */
  record Refused(String reason) implements Outcome {}

  /** Cancelled before it ended; what it would have shown is not known. */
  record Withdrawn() implements Outcome {}
}
