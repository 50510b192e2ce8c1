package dev.octune.tuner.coordinator;

import dev.octune.kernels.measure.Measurement;
import java.util.List;

/**
 * What an attached device tells the coordinator. Thread-safe; calls return at once. After {@link
 * #detached} or a {@link DevicePort#dismiss} nothing is heard any more.
 */
public interface DeviceLink {
  /** The measurements of a lease, in the order of its candidates. */
  void result(long token, List<Measurement> measurements);

  /** The device lives; wanted at least every {@link CoordinatorSettings#heartbeatEvery}. */
  void heartbeat();

  /** The device wants no more leases and goes once it has answered those it holds. */
  void draining();

  /** The connection is gone. */
  void detached(String reason);
}
