package dev.octune.tuner.task;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.graph.Operator;
import dev.octune.tuner.graph.QuantizedGraph;
import dev.octune.tuner.task.Lowering.Lowered;
import dev.octune.tuner.task.Lowering.Missed;
import dev.octune.tuner.task.Lowering.NotALayer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Finds out which kernels a network needs. */
public final class Tasks {
  private Tasks() {}

  /** The tasks of a network on a target, and the layers without one. */
  public static TaskList extract(QuantizedGraph graph, KernelLibrary library, Target target) {
    return extract(graph, workload -> library.uncovered(workload, target));
  }

  /** As above, with other outputs than sums. */
  public static TaskList extract(
      QuantizedGraph graph, KernelLibrary library, Target target, Outputs outputs) {
    return extract(
        graph, outputs, workload -> library.uncovered(workload, target), Lowered::workload);
  }

  /**
   * As {@link #extract(QuantizedGraph, KernelLibrary, Target, Outputs)}, but the workload of a
   * layer with constant weights names them, so that layers share a task only where they share their
   * weights. Also finds the orders of input channels that layers share, see {@link ChannelGroups}.
   *
   * @param keeper takes the plain weights of each layer, and beside them those orders
   */
  public static TaskList extractOnWeights(
      QuantizedGraph graph,
      KernelLibrary library,
      Target target,
      Outputs outputs,
      WeightKeeper keeper) {
    shareOrders(graph, keeper);
    return extract(
        graph,
        outputs,
        workload -> library.uncovered(workload, target),
        lowered ->
            lowered
                .weights()
                .map(plain -> naming(lowered.workload(), keeper.put(plain.bytes())))
                .orElse(lowered.workload()));
  }

  private static void shareOrders(QuantizedGraph graph, WeightKeeper keeper) {
    LayerLowering lowering = new LayerLowering(graph, Outputs.SUMS);
    ChannelGroups groups = new ChannelGroups(graph);
    Map<String, PlainWeights> weights = new HashMap<>();
    for (Operator operator : graph.operators()) {
      Lowering lowered = lowering.lower(operator);
      groups.add(operator, lowered);
      if (lowered instanceof Lowered(_, Optional<PlainWeights> plain)) {
        plain.ifPresent(bytes -> weights.put(operator.layer(), bytes));
      }
    }
    groups
        .orders()
        .forEach(
            (layer, order) -> {
              byte[] plain = Objects.requireNonNull(weights.get(layer)).bytes();
              keeper.share(order, WeightStore.hash(plain));
            });
  }

  private static Workload naming(Workload workload, String hash) {
    return workload.with(workload.numerics().withWeights(Optional.of(hash)));
  }

  /** As above, where a function tells why a workload has no template. */
  static TaskList extract(QuantizedGraph graph, Function<Workload, Optional<String>> templateGap) {
    return extract(graph, Outputs.SUMS, templateGap);
  }

  /** As above, with other outputs than sums. */
  static TaskList extract(
      QuantizedGraph graph, Outputs outputs, Function<Workload, Optional<String>> templateGap) {
    return extract(graph, outputs, templateGap, Lowered::workload);
  }

  private static TaskList extract(
      QuantizedGraph graph,
      Outputs outputs,
      Function<Workload, Optional<String>> templateGap,
      Function<Lowered, Workload> taskOf) {
    LayerLowering lowering = new LayerLowering(graph, outputs);
    Map<Workload, List<String>> layers = new LinkedHashMap<>();
    Map<Workload, Optional<String>> gaps = new LinkedHashMap<>();
    List<UncoveredLayer> uncovered = new ArrayList<>();
    for (Operator operator : graph.operators()) {
      switch (lowering.lower(operator)) {
        case NotALayer() -> {}
        case Missed(String reason) ->
            uncovered.add(new UncoveredLayer(operator.layer(), operator.op(), reason));
        case Lowered lowered ->
            gaps.computeIfAbsent(lowered.workload(), templateGap)
                .ifPresentOrElse(
                    reason ->
                        uncovered.add(new UncoveredLayer(operator.layer(), operator.op(), reason)),
                    () ->
                        layers
                            .computeIfAbsent(taskOf.apply(lowered), _ -> new ArrayList<>())
                            .add(operator.layer()));
      }
    }
    List<TuningTask> tasks = new ArrayList<>();
    layers.forEach((workload, names) -> tasks.add(new TuningTask(workload, names.size(), names)));
    return new TaskList(tasks, uncovered);
  }

  /**
   * The weights of a layer in its workload's plain layout and class: OIHW [oc, ic/groups, kh, kw],
   * depthwise [c·m, 1, kh, kw], dense [n, k], batch matmul [b, k, n]; one byte each, s8 or u8.
   * Empty where the layer has no workload or computes its weights.
   */
  public static Optional<byte[]> weights(QuantizedGraph graph, String layer) {
    LayerLowering lowering = new LayerLowering(graph, Outputs.SUMS);
    return graph.operators().stream()
        .filter(operator -> operator.layer().equals(layer))
        .findFirst()
        .map(lowering::lower)
        .flatMap(
            lowered ->
                lowered instanceof Lowered(_, Optional<PlainWeights> weights)
                    ? weights.map(PlainWeights::bytes)
                    : Optional.empty());
  }
}
