package dev.octune.tuner.cli;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.search.SearchTask;
import java.util.Optional;

/** Spaces of workloads that came from outside: a person's, or a database's. */
final class Spaces {
  private Spaces() {}

  /** The space of a workload, which must have a template. */
  static SearchTask task(KernelLibrary library, Workload workload, Target target) {
    requireCovered(library, workload, target);
    return SearchTask.of(library, workload, target);
  }

  /** Refuses a workload without a template, with the reason. */
  static void requireCovered(KernelLibrary library, Workload workload, Target target) {
    Optional<String> reason = library.uncovered(workload, target);
    if (reason.isPresent()) {
      throw new UsageException(
          "Workload '%s' has no template on '%s': %s. Mend: give a covered one"
              .formatted(workload, target, reason.get()));
    }
  }
}
