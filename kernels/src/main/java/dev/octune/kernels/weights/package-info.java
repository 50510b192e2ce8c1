/**
 * Particular weights, named by their hash. In: plain weight bytes as {@link
 * dev.octune.kernels.workload.Workload} lays them out. Out: the hash that stands in a workload's
 * text, and the bytes again wherever kernels are generated for them or measured on them; also what
 * is known of weights before anything runs, {@link dev.octune.kernels.weights.LaneBound}, and
 * orders of channels that make use of it. Never: where the bytes are kept or how they travel; that
 * is the business of whoever implements {@link dev.octune.kernels.weights.WeightStore}.
 */
@NullMarked
package dev.octune.kernels.weights;

import org.jspecify.annotations.NullMarked;
