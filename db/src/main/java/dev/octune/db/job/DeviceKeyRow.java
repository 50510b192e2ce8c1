package dev.octune.db.job;

import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import java.util.OptionalDouble;

/**
 * A class of equal devices.
 *
 * @param target of all of them, threads included
 * @param referenceNanos the base kernel's time that all their figures are scaled to
 */
public record DeviceKeyRow(DeviceKey key, Target target, OptionalDouble referenceNanos) {}
