package dev.octune.tuner.coordinator;

import dev.octune.kernels.measure.Measurement;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What an attached device tells the coordinator. Thread-safe; calls return at once. After {@link
 * #detached} or a {@link DevicePort#dismiss} nothing is heard any more.
 */
public interface DeviceLink {
  /**
   * The measurements of a lease, in the order of its candidates. They are kept, and told again over
   * each later connection, until {@link DevicePort#acknowledge}.
   *
   * @param errand of a lease that was given over an earlier connection
   */
  void result(long token, List<Measurement> measurements, Optional<Errand> errand);

  /**
   * The device lives; wanted at least every {@link CoordinatorSettings#heartbeatEvery}.
   *
   * @param load1m its host's load average over a minute, where that has one
   */
  void heartbeat(OptionalDouble load1m);

  /** The device wants no more leases and goes once it has answered those it holds. */
  void draining();

  /** The connection is gone. */
  void detached(String reason);
}
