/**
 * Which kernels a network needs. In: a quantized graph. Out: {@link
 * dev.octune.tuner.task.TuningTask}s and the layers without one, each with its reason. Never:
 * schedules, measuring.
 */
@NullMarked
package dev.octune.tuner.task;

import org.jspecify.annotations.NullMarked;
