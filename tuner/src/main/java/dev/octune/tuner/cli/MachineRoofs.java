package dev.octune.tuner.cli;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.roof.RoofStore;
import dev.octune.workers.local.LocalDevice;
import dev.octune.workers.local.Roofs;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * This machine's roofs, kept from one command to the next.
 *
 * @param gopsByLeaf of all threads of the target together
 */
record MachineRoofs(KernelLibrary library, Target target, Map<String, Double> gopsByLeaf) {
  MachineRoofs {
    gopsByLeaf = Map.copyOf(gopsByLeaf);
  }

  /** The kept roofs, or measured and kept now; also where an older version knew fewer leaves. */
  static MachineRoofs of(
      KernelLibrary library, Target target, Host host, LocalDevice device, PrintWriter err) {
    return RoofStore.inCache(System.getenv())
        .load(machine(target, host))
        .filter(kept -> kept.keySet().containsAll(library.roofLeaves(target)))
        .map(kept -> new MachineRoofs(library, target, kept))
        .orElseGet(() -> keep(library, target, host, device.roofs().join(), err));
  }

  /** Keeps what was just measured. */
  static MachineRoofs keep(
      KernelLibrary library, Target target, Host host, Roofs measured, PrintWriter err) {
    Map<String, Double> roofs = new TreeMap<>();
    measured.leaves().forEach(roof -> roofs.put(roof.leaf(), roof.gops()));
    try {
      RoofStore.inCache(System.getenv()).save(machine(target, host), roofs);
    } catch (IOException e) {
      err.printf("octune: the roofs are not kept for the next time: %s%n", e.getMessage());
    }
    return new MachineRoofs(library, target, roofs);
  }

  /** What no kernel of this workload can exceed; empty where unknown. */
  OptionalDouble of(Workload workload) {
    return library.leaves(workload, target).stream()
        .filter(gopsByLeaf::containsKey)
        .mapToDouble(leaf -> gopsByLeaf.getOrDefault(leaf, 0.0))
        .max();
  }

  private static String machine(Target target, Host host) {
    return host.model() + " | " + target.text();
  }
}
