package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.IrModule;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.text.TextException;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The templates of this build. Stateless, thread-safe. */
final class StandardLibrary implements KernelLibrary {
  private final KernelTemplate direct = new DirectTemplate();
  private final KernelTemplate listed;
  private final KernelTemplate matrix = new MatrixTemplate();
  private final KernelTemplate depthwise = new DepthwiseTemplate();
  private final Optional<Target> emulating;

  /**
   * @param emulating the machine that kernels are emulated on; empty for their own instructions
   */
  StandardLibrary(Optional<Target> emulating, ChannelOrders orders) {
    this.emulating = emulating;
    this.listed = new ListedTemplate(orders);
  }

  @Override
  public String version() {
    return Stream.of(direct, listed, matrix, depthwise)
        .flatMap(template -> template.versions().stream())
        .sorted()
        .collect(Collectors.joining(" "));
  }

  @Override
  public Optional<String> uncovered(Workload workload, Target target) {
    return template(workload, target)
        .map(template -> template.uncovered(workload, target))
        .orElseGet(() -> Optional.of("no template for " + workload.operator() + " yet"));
  }

  @Override
  public ConfigSpace space(Workload workload, Target target) {
    return covering(workload, target).space(workload, target);
  }

  @Override
  public Predicate<Schedule> points(Workload workload, Target target) {
    return template(workload, target)
        .filter(template -> template.uncovered(workload, target).isEmpty())
        .map(template -> template.points(workload, target))
        .orElse(_ -> false);
  }

  @Override
  public Schedule defaultSchedule(Workload workload, Target target) {
    return covering(workload, target).defaultSchedule(workload, target);
  }

  @Override
  public List<Schedule> starts(Workload workload, Target target) {
    return covering(workload, target).starts(workload, target);
  }

  @Override
  public KernelSource emit(Candidate candidate) {
    Target target = emulating.orElse(candidate.target());
    KernelTemplate.Kernel kernel = kernel(candidate);
    IrModule run = module(candidate.target());
    kernel.emitRun(run, KernelSource.RUN);
    // Packing runs a few times a trial, and most trials need a new layout.
    IrModule packing = IrModule.compiledQuickly(target);
    kernel.emitPacking(
        packing, KernelSource.PACK_ACT, KernelSource.PACK_WGT, KernelSource.UNPACK_OUT);
    if (candidate.workload().numerics().out().isRequantized()) {
      kernel.emitPackQuant(packing, KernelSource.PACK_QUANT, QuantParameters.TABLE);
    }
    return new KernelSource(
        target,
        run.text(),
        packing.text(),
        layout(candidate, kernel),
        kernel.actBytes(),
        kernel.wgtBytes(),
        kernel.outBytes());
  }

  @Override
  public String emitStandalone(Candidate candidate, String symbol) {
    KernelTemplate.Kernel kernel = kernel(candidate);
    IrModule module = module(candidate.target());
    module.constant(symbol + "_act_bytes", kernel.actBytes());
    module.constant(symbol + "_wgt_bytes", kernel.wgtBytes());
    module.constant(symbol + "_out_bytes", kernel.outBytes());
    kernel.emitPacking(module, symbol + "_pack_act", symbol + "_pack_wgt", symbol + "_unpack_out");
    if (candidate.workload().numerics().out().isRequantized()) {
      kernel.emitPackQuant(module, symbol + "_pack_quant", QuantParameters.ARGUMENTS);
    }
    kernel.emitRun(module, symbol + "_run");
    return module.text();
  }

  @Override
  public List<RoofLoop> roofs(Target target) {
    return Stream.concat(
            target.isa() == Isa.AMXINT8 ? Stream.of(MatrixRoof.emit(target)) : Stream.empty(),
            Leaves.usable(target).stream().map(leaf -> RoofKernel.of(leaf).emit(target)))
        .toList();
  }

  @Override
  public List<String> roofLeaves(Target target) {
    return Stream.concat(
            target.isa() == Isa.AMXINT8 ? Stream.of(AmxTile.LEAF) : Stream.empty(),
            Leaves.usable(target).stream().map(Leaf::text))
        .toList();
  }

  @Override
  public List<String> leaves(Workload workload, Target target) {
    return switch (workload) {
      case Conv2d conv -> {
        List<Leaf> plain = Leaves.of(target, workload.numerics());
        yield Stream.concat(
                leaves(workload, target, Integer.MAX_VALUE).stream(),
                WinogradLeaf.of(Contraction.of(conv), plain, target.threads()).stream()
                    .map(Leaf::text))
            .toList();
      }
      case Dense dense -> leaves(workload, target, dense.m());
      case BatchMatmul product -> leaves(workload, target, product.m());
      case DepthwiseConv2d _ -> List.of();
    };
  }

  private static List<String> leaves(Workload workload, Target target, int positions) {
    if (MatrixTemplate.serves(workload, target)) {
      return List.of(AmxTile.LEAF);
    }
    return Stream.concat(
            ListedTemplate.serves(workload, target)
                ? Stream.of(ListedTemplate.ROOF)
                : Stream.empty(),
            Leaves.of(target, workload.numerics(), positions).stream().map(Leaf::text))
        .distinct()
        .toList();
  }

  private String layout(Candidate candidate, KernelTemplate.Kernel kernel) {
    return candidate.workload().text()
        + " "
        + kernel.layout()
        + " "
        + candidate.target().withThreads(1).text()
        + emulating.map(machine -> " emulated on " + machine.withThreads(1).text()).orElse("");
  }

  private IrModule module(Target target) {
    return emulating.map(IrModule::emulated).orElseGet(() -> new IrModule(target));
  }

  private KernelTemplate.Kernel kernel(Candidate candidate) {
    Workload workload = candidate.workload();
    Target target = candidate.target();
    return covering(workload, target)
        .kernel(workload, target, candidate.schedule())
        .orElseThrow(
            () ->
                new TextException(
                    "schedule '%s' is not in the space of '%s' on '%s'. Mend: take one of `octune space`"
                        .formatted(candidate.schedule().text(), workload.text(), target.text())));
  }

  private KernelTemplate covering(Workload workload, Target target) {
    uncovered(workload, target)
        .ifPresent(
            reason -> {
              throw new TextException(
                  "'%s' has no kernel on '%s': %s. Mend: leave it to another engine"
                      .formatted(workload.text(), target.text(), reason));
            });
    return template(workload, target).orElseThrow();
  }

  private Optional<KernelTemplate> template(Workload workload, Target target) {
    if (ListedTemplate.serves(workload, target)) {
      return Optional.of(listed);
    }
    if (MatrixTemplate.serves(workload, target)) {
      return Optional.of(matrix);
    }
    return switch (workload) {
      case Conv2d _, Dense _, BatchMatmul _ -> Optional.of(direct);
      case DepthwiseConv2d _ -> Optional.of(depthwise);
    };
  }
}
