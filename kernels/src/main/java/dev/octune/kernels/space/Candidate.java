package dev.octune.kernels.space;

import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;

/** A schedule proposed for a workload on a target, not yet judged. */
public record Candidate(Workload workload, Target target, Schedule schedule) {}
