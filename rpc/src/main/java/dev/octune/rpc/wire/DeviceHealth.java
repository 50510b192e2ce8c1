package dev.octune.rpc.wire;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How a device is, by its own account.
 *
 * @param openRequests received and not yet answered
 * @param load1m load average over one minute; empty where the system does not tell
 * @param base the machine's own speed; empty before the first exact trial
 */
public record DeviceHealth(int openRequests, OptionalDouble load1m, Optional<BaseTimes> base) {
  public DeviceHealth {
    if (openRequests < 0
        || (load1m.isPresent()
            && !(load1m.getAsDouble() >= 0 && Double.isFinite(load1m.getAsDouble())))) {
      throw new IllegalArgumentException(
          "a device with %d open requests and a load of %s".formatted(openRequests, load1m));
    }
  }
}
