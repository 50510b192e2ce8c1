package dev.octune.db.job;

import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A device that was attached once.
 *
 * @param baseNanos the base kernel's time when the device was first calibrated
 * @param isAttached it had a connection; after the service's death, when that died
 * @param probes what it told of itself when it attached last: names with their unit, and values
 */
public record DeviceRow(
    DeviceId id,
    DeviceKey key,
    String description,
    OptionalDouble baseNanos,
    Optional<Quarantine> quarantine,
    boolean isAttached,
    Map<String, Double> probes) {
  public DeviceRow {
    probes = Map.copyOf(probes);
  }

  /** Why it gets no work. */
  public record Quarantine(String cause, String reason, Instant since) {
    public Quarantine {
      if (reason.length() > JobMoveRow.MAX_WHY_CHARS) {
        reason = reason.substring(0, JobMoveRow.MAX_WHY_CHARS);
      }
    }
  }
}
