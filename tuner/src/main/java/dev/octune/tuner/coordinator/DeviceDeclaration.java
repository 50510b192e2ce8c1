package dev.octune.tuner.coordinator;

import dev.octune.db.record.Session;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import java.util.Map;

/**
 * What a device says of itself when it attaches.
 *
 * @param target what it runs, threads included; the same for all devices of the key
 * @param slots measure requests it holds at once: the later ones are built while the first is
 *     measured
 * @param description as {@link dev.octune.kernels.measure.Device#description} says it
 * @param octuneVersion of the worker's program
 * @param compilerVersion of the worker's code generator
 * @param probes what it has measured of itself: names with their unit, and values
 */
public record DeviceDeclaration(
    DeviceId id,
    DeviceKey key,
    Target target,
    int slots,
    String description,
    String octuneVersion,
    String compilerVersion,
    Map<String, Double> probes) {
  /** Requests ahead of their turn hide building; more than a few only make a lost device dearer. */
  public static final int MAX_SLOTS = 16;

  public DeviceDeclaration {
    probes = Map.copyOf(probes);
    if (slots < 1 || slots > MAX_SLOTS) {
      throw new IllegalArgumentException(
          "device %s declares %d slots, must be in [1, %d]".formatted(id, slots, MAX_SLOTS));
    }
    // Throws where a session of this device could not be stored later.
    new Session("check", description, octuneVersion, compilerVersion);
  }
}
