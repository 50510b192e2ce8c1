package dev.octune.tuner.task;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.codegen.KernelSource;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.Optional;

/** Templates that are said to exist for every workload; nothing can be generated. */
class CoversAll implements KernelLibrary {
  static final Target TARGET = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1");

  @Override
  public Optional<String> uncovered(Workload workload, Target target) {
    return Optional.empty();
  }

  @Override
  public ConfigSpace space(Workload workload, Target target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Schedule defaultSchedule(Workload workload, Target target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public KernelSource emit(Candidate candidate) {
    throw new UnsupportedOperationException();
  }
}
