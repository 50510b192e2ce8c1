package dev.octune.rpc.worker;

import dev.octune.kernels.measure.Device;
import dev.octune.rpc.wire.BaseTimes;
import dev.octune.rpc.wire.DeviceDeclaration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A device that a worker lends to the service.
 *
 * @param device remains its owner's to close, after the worker
 * @param base the machine's own speed so far; must not block
 */
public record LentDevice(
    DeviceDeclaration declaration, Device device, Supplier<Optional<BaseTimes>> base) {}
