package dev.octune.kernels.codegen;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Convolution and dense layers whose weights are known, on machines whose byte multiplication
 * saturates: kernels of lists, see {@link ListClass}. The same kernel serves any weights exactly;
 * it is fast on those that it was chosen for.
 */
final class ListedTemplate implements KernelTemplate {
  private static final String CONV2D = "conv2d_listed";
  private static final String DENSE = "dense_listed";

  /** The leaf whose loop is that of a D8 list, the fastest there is. */
  static final String ROOF = "avx2_maddubs2";

  private final ChannelOrders orders;

  ListedTemplate(ChannelOrders orders) {
    this.orders = orders;
  }

  /** Whether it makes kernels for a workload that names its weights, on this target. */
  static boolean serves(Workload workload, Target target) {
    Numerics numerics = workload.numerics();
    boolean operator =
        switch (workload) {
          case Conv2d _, Dense _ -> true;
          case BatchMatmul _, DepthwiseConv2d _ -> false;
        };
    return operator
        && numerics.weights().isPresent()
        && numerics.wgt().signed()
        && Leaves.of(target, numerics).stream().allMatch(leaf -> leaf.isa() == Isa.AVX2);
  }

  @Override
  public List<String> versions() {
    return Stream.of(CONV2D, DENSE).map(name -> name + "/" + ListedSpace.VERSION).toList();
  }

  @Override
  public Optional<String> uncovered(Workload workload, Target target) {
    return DirectTemplate.gap(workload);
  }

  @Override
  public ConfigSpace space(Workload workload, Target target) {
    return listed(workload, target, Optional.empty()).space();
  }

  @Override
  public Predicate<Schedule> points(Workload workload, Target target) {
    return schedule -> listed(workload, target, Optional.of(schedule)).tiling(schedule).isPresent();
  }

  @Override
  public Schedule defaultSchedule(Workload workload, Target target) {
    return starts(workload, target).getFirst();
  }

  @Override
  public List<Schedule> starts(Workload workload, Target target) {
    return listed(workload, target, Optional.empty()).starts();
  }

  @Override
  public Optional<Kernel> kernel(Workload workload, Target target, Schedule schedule) {
    Contraction conv = DirectTemplate.contraction(workload);
    return listed(workload, target, Optional.of(schedule))
        .tiling(schedule)
        .map(
            tiling ->
                tiling
                    .listing()
                    .map(
                        listing ->
                            tiling.with(
                                new Listing(
                                    listing.classes(),
                                    orders.order(
                                        schedule.choice(ListedSpace.PAIRING_KNOB),
                                        workload,
                                        conv))))
                    .orElse(tiling))
        .map(tiling -> DirectTemplate.kernel(conv, tiling));
  }

  /**
   * @param asked a schedule whose shared order counts as known: it was shared somewhere else
   */
  private ListedSpace listed(Workload workload, Target target, Optional<Schedule> asked) {
    Contraction conv = DirectTemplate.contraction(workload);
    List<String> pairings = new ArrayList<>(orders.texts(workload, conv));
    asked
        .map(schedule -> schedule.values().get(ListedSpace.PAIRING_KNOB))
        .filter(text -> orders.isShared(text) && !pairings.contains(text))
        .ifPresent(pairings::add);
    return new ListedSpace(
        workload instanceof Dense ? DENSE : CONV2D, workload, conv, target, pairings);
  }
}
