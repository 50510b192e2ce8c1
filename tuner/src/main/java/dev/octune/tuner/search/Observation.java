package dev.octune.tuner.search;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Schedule;

/** What a schedule of the task turned out to be: proposed and measured, or known from before. */
public record Observation(Schedule schedule, Measurement measurement) {}
