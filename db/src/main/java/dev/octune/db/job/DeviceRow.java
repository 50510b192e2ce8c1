package dev.octune.db.job;

import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A device that was attached once.
 *
 * @param baseNanos the base kernel's time when the device was first calibrated
 */
public record DeviceRow(
    DeviceId id,
    DeviceKey key,
    String description,
    OptionalDouble baseNanos,
    Optional<Quarantine> quarantine) {
  /** Why it gets no work. */
  public record Quarantine(String cause, String reason, Instant since) {
    public Quarantine {
      if (reason.length() > JobMoveRow.MAX_WHY_CHARS) {
        reason = reason.substring(0, JobMoveRow.MAX_WHY_CHARS);
      }
    }
  }
}
