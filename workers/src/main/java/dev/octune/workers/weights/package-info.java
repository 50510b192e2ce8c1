/**
 * Weights on this machine's disk. In: plain weights of layers, from a model file or over the wire.
 * Out: {@link dev.octune.kernels.weights.WeightStore}. Never: anything whose hash is not its name.
 */
@NullMarked
package dev.octune.workers.weights;

import org.jspecify.annotations.NullMarked;
