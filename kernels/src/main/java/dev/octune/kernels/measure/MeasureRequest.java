package dev.octune.kernels.measure;

import dev.octune.kernels.space.Candidate;
import java.util.OptionalDouble;

/**
 * One candidate to build, check and time.
 *
 * @param seed of the random fills; the same seed makes the same operands everywhere
 * @param incumbentNanos best median so far of this workload: a first placement far slower ends the
 *     candidate early, its samples kept
 */
public record MeasureRequest(Candidate candidate, long seed, OptionalDouble incumbentNanos) {}
