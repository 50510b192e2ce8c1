/**
 * Proof that kernels are exact: every template on awkward shapes, on every instruction set that can
 * be run here. In: a seed. Out: nothing but the list of candidates that differ from the oracle.
 * Never: times.
 */
@NullMarked
package dev.octune.workers.exact;

import org.jspecify.annotations.NullMarked;
