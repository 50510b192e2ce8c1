package dev.octune.tuner.coordinator;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.target.DeviceId;

/**
 * Where a measurement comes from: what a session of records has in common.
 *
 * @param factor makes the device's times comparable with those of its key's others
 */
record Origin(
    DeviceId device,
    String description,
    String octuneVersion,
    String compilerVersion,
    double factor) {
  /** A measurement as the key's reference device would have made it. */
  Measurement normal(Measurement own) {
    return own.scaled(factor);
  }
}
