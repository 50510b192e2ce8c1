package dev.octune.workers.local;

import java.util.List;

/**
 * Which CPUs measure and which build.
 *
 * @param measured kernels run here; what builds here stops meanwhile
 * @param building never measured on; empty where every CPU is measured, so that building and
 *     measuring alternate
 */
record CpuSplit(List<Integer> measured, List<Integer> building) {
  CpuSplit {
    measured = List.copyOf(measured);
    building = List.copyOf(building);
  }

  /**
   * The last CPUs measure: the first one of a machine takes most interrupts.
   *
   * @param here true where kernels run on this machine; else all its CPUs build
   */
  static CpuSplit of(List<Integer> cpus, int threads, boolean here) {
    if (!here) {
      return new CpuSplit(List.of(), cpus);
    }
    if (cpus.size() <= threads) {
      return new CpuSplit(cpus, List.of());
    }
    int first = cpus.size() - threads;
    return new CpuSplit(cpus.subList(first, cpus.size()), cpus.subList(0, first));
  }
}
