package dev.octune.tuner.coordinator;

import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A device as everybody may see it.
 *
 * @param since when it came into this status
 * @param leases measure requests it holds
 * @param results it gave since the service started
 * @param busySeconds in which it held a request, since the service started
 * @param baseNanos the base kernel's time at its last calibration
 * @param factor its samples times this are comparable with those of the key's other devices
 * @param load1m its host's load average over a minute; empty where it told none, or is not there
 * @param probes what it told of itself when it attached last: names with their unit, and values
 */
public record DeviceView(
    DeviceId id,
    DeviceKey key,
    Target target,
    String description,
    Status status,
    Instant since,
    Optional<Quarantine> quarantine,
    int leases,
    long results,
    double busySeconds,
    OptionalDouble baseNanos,
    double factor,
    OptionalDouble load1m,
    Map<String, Double> probes) {
  public DeviceView {
    probes = Map.copyOf(probes);
  }

  /** Whether a device is given work, and why not. */
  public enum Status {
    /** It measures the base kernel before anything else. */
    CALIBRATING("calibrating"),
    READY("ready"),
    /** It finishes what it holds, and goes. */
    DRAINING("draining"),
    /** It is attached and gets no work, for a reason that is shown. */
    QUARANTINED("quarantined"),
    DETACHED("detached");

    private final String text;

    Status(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /**
   * Why a device gets no work.
   *
   * @param reason in words for the device's owner, the measured facts in it
   */
  public record Quarantine(Cause cause, String reason, Instant since) {}

  /** What is wrong with a device. */
  public enum Cause {
    /** Another device answered right where this one answered wrong; only a person releases it. */
    WRONG_ANSWER("wrong_answer"),
    /** Its base kernel's time moved; released when a later calibration is as it was. */
    DRIFT("drift"),
    /** It fails again and again; released when a later calibration succeeds. */
    FAILING("failing");

    private final String text;

    Cause(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }

    /** The cause of a text that {@link #text} wrote. */
    public static Cause parse(String text) {
      for (Cause cause : values()) {
        if (cause.text.equals(text)) {
          return cause;
        }
      }
      throw new IllegalArgumentException("quarantine cause '" + text + "' is not known");
    }
  }
}
