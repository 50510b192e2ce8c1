package dev.octune.tuner.coordinator;

import dev.octune.kernels.space.Candidate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A device's right to measure something, until it answers, the time limit ends or it is revoked.
 *
 * @param token names the lease for ever: never given twice, also not after a restart. A result
 *     under any token but that of a living lease is dropped
 * @param purpose how the candidates are measured
 * @param candidates one of a trial; several of a confirmation, of one workload and target
 * @param seed of the fills
 * @param incumbentNanos as {@link dev.octune.kernels.measure.MeasureRequest} has it, in this
 *     device's own time
 * @param errand what it is for; empty where a device is calibrated
 * @param limit from the moment nothing earlier is before it on the device
 */
public record Lease(
    long token,
    Purpose purpose,
    List<Candidate> candidates,
    long seed,
    OptionalDouble incumbentNanos,
    Optional<Errand> errand,
    Duration limit) {
  public Lease {
    candidates = List.copyOf(candidates);
    if (candidates.isEmpty() || (purpose == Purpose.TRIAL && candidates.size() != 1)) {
      throw new IllegalArgumentException(
          "lease %d of a %s has %d candidates".formatted(token, purpose, candidates.size()));
    }
  }

  /** How a device measures. */
  public enum Purpose {
    /** {@link dev.octune.kernels.measure.Device#measure}; one measurement answers. */
    TRIAL,
    /** {@link dev.octune.kernels.measure.Device#confirm}; one measurement a candidate answers. */
    CONFIRMATION
  }
}
