/**
 * A device in this process: this machine's CPUs, or a board or emulator behind a connection
 * command. In: candidates as {@link dev.octune.kernels.measure.MeasureRequest}, answered through
 * {@link dev.octune.kernels.measure.Device}. Out: {@link dev.octune.kernels.measure.Measurement}.
 * It generates, builds, asks the oracle and measures, each where it does not disturb the others.
 * Never: search, databases, deciding what is worth measuring.
 */
@NullMarked
package dev.octune.workers.local;

import org.jspecify.annotations.NullMarked;
