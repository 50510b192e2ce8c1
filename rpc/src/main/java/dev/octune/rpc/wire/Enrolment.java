package dev.octune.rpc.wire;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who dials in, and with what.
 *
 * @param protocolVersion {@link Protocol#VERSION} of the worker
 * @param kernelsVersion {@code KernelLibrary.version()} of the worker
 * @param octuneVersion for people
 * @param workerName what people call it
 * @param instance random, one for the life of the worker's process
 * @param devices requests name a device by its position here
 * @param heldLeases of this instance: queued, running, or finished and not acknowledged
 */
public record Enrolment(
    int protocolVersion,
    String kernelsVersion,
    String octuneVersion,
    String workerName,
    String instance,
    List<DeviceDeclaration> devices,
    Set<Long> heldLeases) {
  private static final Pattern INSTANCE = Pattern.compile("[0-9a-f]{32}");

  public Enrolment {
    devices = List.copyOf(devices);
    heldLeases = Set.copyOf(heldLeases);
    DeviceDeclaration.requireName("worker name", workerName);
    if (!INSTANCE.matcher(instance).matches()) {
      throw new IllegalArgumentException("instance must be 32 lower-case hex digits");
    }
    if (devices.isEmpty() || devices.size() > Protocol.MAX_DEVICES) {
      throw new IllegalArgumentException(
          "%d devices, must be in [1, %d]".formatted(devices.size(), Protocol.MAX_DEVICES));
    }
  }
}
