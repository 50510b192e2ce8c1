package dev.octune.tuner.coordinator;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kernel that devices are compared by: of a layer small enough to be measured in milliseconds,
 * with the schedule that is good without any search. Thread-safe.
 */
final class BaseKernels {
  /** Some 4 million multiply-adds on 256 KB of weights: the near caches and the multipliers. */
  private static final Workload BASE =
      Workload.parse("dense_int8 m=16 k=512 n=512 act=u8 wgt=s8 out=s32");

  private final KernelLibrary library;
  private final Map<Target, Candidate> known = new ConcurrentHashMap<>();

  BaseKernels(KernelLibrary library) {
    this.library = library;
  }

  Candidate of(Target target) {
    return known.computeIfAbsent(
        target, t -> new Candidate(BASE, t, library.defaultSchedule(BASE, t)));
  }
}
