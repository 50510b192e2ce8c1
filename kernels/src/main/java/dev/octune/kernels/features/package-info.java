/**
 * What the cost model sees of a schedule. In: workload, target and the knobs of a space. Out: one
 * row of {@link dev.octune.kernels.features.Feature}s for each point. Never: measured values, the
 * machine it runs on, anything that differs between two calls.
 */
@NullMarked
package dev.octune.kernels.features;

import org.jspecify.annotations.NullMarked;
