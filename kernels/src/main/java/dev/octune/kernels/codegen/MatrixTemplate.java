package dev.octune.kernels.codegen;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Convolution, dense layers and batch matmul by tiles of AMX. */
final class MatrixTemplate implements KernelTemplate {
  private static final String CONV2D = "conv2d_tiles";
  private static final String DENSE = "dense_tiles";
  private static final String BATCH_MATMUL = "batch_matmul_tiles";

  /**
   * Whether it makes the kernels of a workload: where tiles are filled so far that they do more in
   * their time than vectors.
   */
  static boolean serves(Workload workload, Target target) {
    return target.isa() == Isa.AMXINT8
        && !(workload instanceof DepthwiseConv2d)
        && workload.numerics().wgt().signed()
        && matrix(workload, target).share() * AmxTile.SPEED_OF_VECTORS >= 1;
  }

  @Override
  public List<String> versions() {
    return Stream.of(CONV2D, DENSE, BATCH_MATMUL)
        .map(name -> name + "/" + MatrixSpace.VERSION)
        .toList();
  }

  @Override
  public Optional<String> uncovered(Workload workload, Target target) {
    return DirectTemplate.gap(workload);
  }

  @Override
  public ConfigSpace space(Workload workload, Target target) {
    return matrix(workload, target).space();
  }

  @Override
  public Predicate<Schedule> points(Workload workload, Target target) {
    MatrixSpace space = matrix(workload, target);
    return schedule -> space.tiling(schedule).isPresent();
  }

  @Override
  public Schedule defaultSchedule(Workload workload, Target target) {
    return matrix(workload, target).best();
  }

  @Override
  public Optional<Kernel> kernel(Workload workload, Target target, Schedule schedule) {
    Contraction conv = DirectTemplate.contraction(workload);
    return matrix(workload, target)
        .tiling(schedule)
        .map(tiling -> new MatrixKernel(conv, tiling))
        .map(kernel -> new PackedKernel(kernel.layout(), kernel::emit));
  }

  private static MatrixSpace matrix(Workload workload, Target target) {
    String template =
        switch (workload) {
          case Conv2d _ -> CONV2D;
          case Dense _ -> DENSE;
          case BatchMatmul _ -> BATCH_MATMUL;
          case DepthwiseConv2d _ ->
              throw new IllegalArgumentException("a depthwise convolution is no contraction");
        };
    return new MatrixSpace(template, DirectTemplate.contraction(workload), target.threads());
  }
}
