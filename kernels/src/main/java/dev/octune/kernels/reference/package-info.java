/**
 * The oracle: operands made from a seed, and the plain loops that say what every kernel must
 * answer. In: workload, {@link dev.octune.kernels.reference.Fill}, seed. Out: plain tensors. Never:
 * speed.
 */
@NullMarked
package dev.octune.kernels.reference;

import org.jspecify.annotations.NullMarked;
