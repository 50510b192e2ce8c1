package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.IrModule;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Depthwise convolution, any multiplier, by the kernel of {@link DepthwisePlan}. */
final class DepthwiseTemplate implements KernelTemplate {
  @Override
  public List<String> versions() {
    return List.of(DepthwiseSpace.VERSION_TEXT);
  }

  @Override
  public Optional<String> uncovered(Workload workload, Target target) {
    return space(depthwise(workload), target).uncovered();
  }

  @Override
  public ConfigSpace space(Workload workload, Target target) {
    return space(depthwise(workload), target).space();
  }

  @Override
  public Predicate<Schedule> points(Workload workload, Target target) {
    return space(depthwise(workload), target)::contains;
  }

  @Override
  public Schedule defaultSchedule(Workload workload, Target target) {
    return space(depthwise(workload), target).best();
  }

  @Override
  public Optional<Kernel> kernel(Workload workload, Target target, Schedule schedule) {
    DepthwiseConv2d conv = depthwise(workload);
    return space(conv, target).contains(schedule)
        ? Optional.of(new Depthwise(new DepthwisePlan(conv, target.isa(), schedule)))
        : Optional.empty();
  }

  private static DepthwiseSpace space(DepthwiseConv2d conv, Target target) {
    return new DepthwiseSpace(conv, target.isa());
  }

  private static DepthwiseConv2d depthwise(Workload workload) {
    if (workload instanceof DepthwiseConv2d conv) {
      return conv;
    }
    throw new IllegalArgumentException(workload.operator() + " is no depthwise convolution");
  }

  private record Depthwise(DepthwisePlan plan) implements Kernel {
    @Override
    public void emitRun(IrModule module, String name) {
      module.function(name, DirectTemplate.RUN_PARAMS, new DepthwiseKernel(plan)::emit);
    }

    @Override
    public void emitPacking(IrModule module, String packAct, String packWgt, String unpackOut) {
      new DepthwisePacking(plan).emit(module, packAct, packWgt, unpackOut);
    }

    @Override
    public void emitPackQuant(IrModule module, String name, QuantParameters parameters) {
      new DepthwisePacking(plan).packQuant(module, name, parameters);
    }

    @Override
    public String layout() {
      return plan.layout();
    }

    @Override
    public long actBytes() {
      return plan.actBytes();
    }

    @Override
    public long wgtBytes() {
      return plan.wgtBytes();
    }

    @Override
    public long outBytes() {
      return plan.outBytes();
    }
  }
}
