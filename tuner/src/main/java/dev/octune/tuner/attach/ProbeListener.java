package dev.octune.tuner.attach;

import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.DeviceKey;
import java.util.Map;

/** Told what an attached device measured of itself, before it gets work; must return at once. */
@FunctionalInterface
public interface ProbeListener {
  /**
   * A device has come, for the first time or again.
   *
   * @param probes name with its unit, such as {@code roof.avx2_s16.gops}, and value
   */
  void told(DeviceId device, DeviceKey key, Map<String, Double> probes);
}
