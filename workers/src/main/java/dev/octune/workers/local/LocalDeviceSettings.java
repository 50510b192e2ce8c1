package dev.octune.workers.local;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Target;
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
 */
public record LocalDeviceSettings(
    KernelLibrary library, Target target, List<Integer> cpus, Connection connection) {
  public LocalDeviceSettings {
    cpus = List.copyOf(cpus);
    if (cpus.isEmpty()) {
      throw new IllegalArgumentException("a device needs a CPU. Mend: give the affinity mask's");
    }
  }
}
