package dev.octune.workers.local;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.workers.run.Connection;
import java.util.List;

/**
 * What a device is made of.
 *
 * @param library generates the kernels
 * @param target what its candidates are generated for; its threads run one kernel together
 * @param cpus CPU numbers of this machine that building and measuring may use, the affinity mask as
 *     a rule
 * @param connection the way to the machine that runs the kernels
 * @param weights what workloads name by hash: kernels of such are checked and timed on these
 */
public record LocalDeviceSettings(
    KernelLibrary library,
    Target target,
    List<Integer> cpus,
    Connection connection,
    WeightStore weights) {
  public LocalDeviceSettings {
    cpus = List.copyOf(cpus);
    if (cpus.isEmpty()) {
      throw new IllegalArgumentException("a device needs a CPU. Mend: give the affinity mask's");
    }
  }

  /** A device for workloads that name no weights. */
  public LocalDeviceSettings(
      KernelLibrary library, Target target, List<Integer> cpus, Connection connection) {
    this(library, target, cpus, connection, WeightStore.empty());
  }
}
