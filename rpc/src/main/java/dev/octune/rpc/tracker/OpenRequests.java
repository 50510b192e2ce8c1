package dev.octune.rpc.tracker;

import dev.octune.rpc.wire.DeviceDeclaration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was sent in one session and is not answered. Thread-safe. */
final class OpenRequests {
  private final List<DeviceDeclaration> devices;
  private final int[] openByDevice;
  private final Map<Long, Integer> deviceByLease = new HashMap<>();

  OpenRequests(List<DeviceDeclaration> devices) {
    this.devices = devices;
    this.openByDevice = new int[devices.size()];
  }

  /**
   * One more.
   *
   * @throws IllegalStateException where the device has as many as it takes, or the lease is open
   */
  synchronized void add(long lease, int device) {
    int depth = devices.get(device).depth();
    if (openByDevice[device] >= depth) {
      throw new IllegalStateException(
          "device %d holds %d requests, as many as it takes; lease %d is one too many"
              .formatted(device, depth, lease));
    }
    if (deviceByLease.putIfAbsent(lease, device) != null) {
      throw new IllegalStateException("lease %d is open already".formatted(lease));
    }
    openByDevice[device]++;
  }

  /** It is answered; nothing happens where it was not open. */
  synchronized void remove(long lease) {
    Integer device = deviceByLease.remove(lease);
    if (device != null) {
      openByDevice[device]--;
    }
  }
}
