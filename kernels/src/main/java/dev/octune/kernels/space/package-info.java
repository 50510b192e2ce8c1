/**
 * Which schedules exist. In: knobs with their values and constraints, as a template declares them.
 * Out: {@link dev.octune.kernels.space.ConfigSpace}, its {@link dev.octune.kernels.space.Schedule}
 * points by index, and {@link dev.octune.kernels.space.Candidate}. Never: clock, files, randomness,
 * cost.
 */
@NullMarked
package dev.octune.kernels.space;

import org.jspecify.annotations.NullMarked;
