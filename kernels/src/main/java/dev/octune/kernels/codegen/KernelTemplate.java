package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.IrModule;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** One family of kernels for some workloads. Stateless, thread-safe. */
interface KernelTemplate {
  /** What its schedules begin with, such as {@code conv2d_direct/1}; one for each operator. */
  List<String> versions();

  /** Why this template makes no kernel for a workload of its operators; empty where it does. */
  Optional<String> uncovered(Workload workload, Target target);

  /** The schedules of a covered workload. */
  ConfigSpace space(Workload workload, Target target);

  /**
   * Whether the space of a covered workload holds a schedule. Enumerates nothing. Not thread-safe.
   */
  Predicate<Schedule> points(Workload workload, Target target);

  /** The point of the space that is good without any search. */
  Schedule defaultSchedule(Workload workload, Target target);

  /** As {@link KernelLibrary#starts}. */
  default List<Schedule> starts(Workload workload, Target target) {
    return List.of(defaultSchedule(workload, target));
  }

  /** The kernel of a schedule; empty where the space does not hold it. Enumerates nothing. */
  Optional<Kernel> kernel(Workload workload, Target target, Schedule schedule);

  /** A kernel ready to be written into modules. */
  interface Kernel {
    /** Writes {@code name(ptr act, ptr wgt, ptr out, i32 part, i32 parts)}. */
    void emitRun(IrModule module, String name);

    /** Writes the packing functions. */
    void emitPacking(IrModule module, String packAct, String packWgt, String unpackOut);

    /**
     * Writes the function that packs the parameters of requantizing, for a workload that has some.
     */
    void emitPackQuant(IrModule module, String name, QuantParameters parameters);

    /** Everything that the packing functions depend on besides workload and target. */
    String layout();

    long actBytes();

    long wgtBytes();

    long outBytes();
  }
}
