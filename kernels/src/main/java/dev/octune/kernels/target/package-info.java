/**
 * What code is generated for, and what this machine can run. In: a canonical text, or the operating
 * system's own description of its processors. Out: {@link dev.octune.kernels.target.Target} and
 * {@link dev.octune.kernels.target.Host}. Never: workloads, schedules, measurements.
 */
@NullMarked
package dev.octune.kernels.target;

import org.jspecify.annotations.NullMarked;
