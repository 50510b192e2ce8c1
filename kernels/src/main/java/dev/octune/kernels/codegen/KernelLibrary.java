package dev.octune.kernels.codegen;

import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The templates there are: the one way from a workload to its space and its kernels. */
public interface KernelLibrary {
  /**
   * Names and versions of the templates, such as {@code conv2d_direct/1 dense_direct/1}: two
   * libraries of one version make the same kernel of the same schedule text.
   */
  String version();

  /** Why no template makes a kernel for this workload on this target; empty where one does. */
  Optional<String> uncovered(Workload workload, Target target);

  /** The schedules of a covered workload. At least one; all of them bit-exact. */
  ConfigSpace space(Workload workload, Target target);

  /**
   * Whether a template covers the candidate's workload and its schedule is a point of the space.
   */
  default boolean contains(Candidate candidate) {
    return points(candidate.workload(), candidate.target()).test(candidate.schedule());
  }

  /**
   * What {@link #contains} says of each schedule of one workload on one target. The standard
   * library enumerates nothing for it: some microseconds, and a fraction of one for each further
   * schedule, where {@link #space} may take milliseconds. The answer is not thread-safe.
   */
  default Predicate<Schedule> points(Workload workload, Target target) {
    return uncovered(workload, target).isEmpty() ? space(workload, target)::contains : _ -> false;
  }

  /** The point of the space that is good without any search. */
  Schedule defaultSchedule(Workload workload, Target target);

  /**
   * Points that a search had better measure first, the default schedule at their head: behind it
   * those that are estimated best among kernels of another kind.
   */
  default List<Schedule> starts(Workload workload, Target target) {
    return List.of(defaultSchedule(workload, target));
  }

  /**
   * Generates a kernel.
   *
   * @throws dev.octune.kernels.text.TextException where the schedule is not a point of the space
   */
  KernelSource emit(Candidate candidate);

  /**
   * Generates a kernel, its packing functions and its sizes as one module for use outside of
   * Octune.
   *
   * <p>Defines {@code SYM_run}, {@code SYM_pack_act}, {@code SYM_pack_wgt}, {@code SYM_unpack_out}
   * as {@link KernelSource} says, and {@code size_t SYM_act_bytes(void)}, {@code SYM_wgt_bytes},
   * {@code SYM_out_bytes}; for requantized outputs also {@code SYM_pack_quant(ptr bias, ptr
   * multiplier, ptr shift, i32 azp, i32 out_zero, i32 lo, i32 hi, ptr wgt)}.
   *
   * @param symbol the prefix SYM, a C identifier
   */
  String emitStandalone(Candidate candidate, String symbol);

  /** The register loop of every leaf that kernels use on the target. */
  List<RoofLoop> roofs(Target target);

  /** The leaves that {@link #roofs} has loops of; writes none. */
  List<String> roofLeaves(Target target);

  /**
   * The leaves that are exact for a workload, as {@link RoofLoop#leaf} names them: the fastest of
   * their roofs bounds its kernels. Empty where kernels of its operator have no leaf.
   */
  List<String> leaves(Workload workload, Target target);

  /** The templates of this build, where no weights are known but those packed in the end. */
  static KernelLibrary standard() {
    return standard(WeightStore.empty());
  }

  /**
   * The templates of this build.
   *
   * @param weights what workloads name by hash; a kernel whose schedule reorders channels by them
   *     can't be generated without
   */
  static KernelLibrary standard(WeightStore weights) {
    return new StandardLibrary(Optional.empty(), new ChannelOrders(weights, false));
  }

  /** The same, with input channels in the order of the model for every kernel. */
  static KernelLibrary inFileOrder(WeightStore weights) {
    return new StandardLibrary(Optional.empty(), new ChannelOrders(weights, true));
  }

  /**
   * The templates of this build, whose kernels run on one machine whatever they were made for: what
   * an instruction does is written out in plain IR. Spaces, layouts and loops are those of the
   * candidate's own target, so that of an exact answer only the instructions themselves remain
   * unproved. Times of such kernels mean nothing.
   */
  static KernelLibrary emulated(Target machine) {
    return emulated(machine, WeightStore.empty());
  }

  /** The same with what workloads name by hash. */
  static KernelLibrary emulated(Target machine, WeightStore weights) {
    return new StandardLibrary(Optional.of(machine), new ChannelOrders(weights, false));
  }
}
