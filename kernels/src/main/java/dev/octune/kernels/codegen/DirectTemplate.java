package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Param;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Convolution, dense layers and batch matmul by the direct kernel. */
final class DirectTemplate implements KernelTemplate {
  static final List<Param> RUN_PARAMS =
      List.of(
          Param.read("act"),
          Param.read("wgt"),
          Param.write("out"),
          Param.number("part", Type.I32),
          Param.number("parts", Type.I32));

  @Override
  public List<String> versions() {
    return DirectSpace.VERSIONS;
  }

  @Override
  public Optional<String> uncovered(Workload workload, Target target) {
    return gap(workload);
  }

  /** Why there is no direct kernel on any target. */
  static Optional<String> gap(Workload workload) {
    int rowPositions =
        switch (workload) {
          case Dense dense -> dense.m();
          case BatchMatmul product -> product.m();
          case Conv2d _, DepthwiseConv2d _ -> 1;
        };
    return rowPositions <= Window.MAX_EXTENT
        ? Optional.empty()
        : Optional.of("m=" + rowPositions + " is more than a row of " + Window.MAX_EXTENT);
  }

  @Override
  public ConfigSpace space(Workload workload, Target target) {
    return new DirectSpace(workload, contraction(workload), target).space();
  }

  @Override
  public Predicate<Schedule> points(Workload workload, Target target) {
    DirectSpace space = new DirectSpace(workload, contraction(workload), target);
    return schedule -> space.tiling(schedule).isPresent();
  }

  @Override
  public Schedule defaultSchedule(Workload workload, Target target) {
    return starts(workload, target).getFirst();
  }

  @Override
  public List<Schedule> starts(Workload workload, Target target) {
    return new DirectSpace(workload, contraction(workload), target).starts();
  }

  @Override
  public Optional<Kernel> kernel(Workload workload, Target target, Schedule schedule) {
    Contraction conv = contraction(workload);
    return new DirectSpace(workload, conv, target)
        .tiling(schedule)
        .map(tiling -> kernel(conv, tiling));
  }

  static Kernel kernel(Contraction conv, Tiling tiling) {
    if (tiling.leaf() instanceof WinogradLeaf winograd) {
      return new WinogradKernel(conv, tiling, winograd.threads());
    }
    DirectKernel kernel = new DirectKernel(conv, tiling);
    return new PackedKernel(kernel.layout(), kernel::emit);
  }

  static Contraction contraction(Workload workload) {
    return switch (workload) {
      case Conv2d conv -> Contraction.of(conv);
      case Dense dense -> Contraction.of(dense);
      case BatchMatmul product -> Contraction.of(product);
      case DepthwiseConv2d _ ->
          throw new IllegalArgumentException("a depthwise convolution is no contraction");
    };
  }
}
