package dev.octune.rpc.wire;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who dials in, and with what.
 *
 * @param protocolVersion {@link Protocol#VERSION} of the worker
 * @param kernelsVersion {@code KernelLibrary.version()} of the worker
 * @param octuneVersion of the worker's program
 * @param compilerVersion of the worker's code generator, as records say it
 * @param workerName what people call it; names its devices
 * @param instance random, one for the life of the worker's process
 * @param devices requests name a device by its position here
 * @param heldLeases of this instance: queued, running, or finished and not acknowledged
 */
public record Enrolment(
    int protocolVersion,
    String kernelsVersion,
    String octuneVersion,
    String compilerVersion,
    String workerName,
    String instance,
    List<DeviceDeclaration> devices,
    Set<Long> heldLeases) {
  /** With {@code .63} behind it, it still is a {@link dev.octune.kernels.target.DeviceId}. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,56}");

  /** Longest version; a real one has below 20 characters. */
  private static final int MAX_VERSION_CHARS = 100;

  private static final Pattern INSTANCE = Pattern.compile("[0-9a-f]{32}");

  public Enrolment {
    devices = List.copyOf(devices);
    heldLeases = Set.copyOf(heldLeases);
    if (!NAME.matcher(workerName).matches()) {
      throw new IllegalArgumentException(
          "worker name '%s' is not one. Mend: 1 to 57 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"
              .formatted(
                  workerName.length() > 100 ? workerName.substring(0, 100) + "…" : workerName));
    }
    requireVersion("octune version", octuneVersion);
    requireVersion("compiler version", compilerVersion);
    if (!INSTANCE.matcher(instance).matches()) {
      throw new IllegalArgumentException("instance must be 32 lower-case hex digits");
    }
    if (devices.isEmpty() || devices.size() > Protocol.MAX_DEVICES) {
      throw new IllegalArgumentException(
          "%d devices, must be in [1, %d]".formatted(devices.size(), Protocol.MAX_DEVICES));
    }
  }

  private static void requireVersion(String what, String version) {
    DeviceDeclaration.requireText(what, version, MAX_VERSION_CHARS);
    if (version.isBlank()) {
      throw new IllegalArgumentException(what + " is blank");
    }
  }
}
