package dev.octune.tuner.graph;

import java.util.List;
import java.util.Objects;

/**
 * A network: operators in execution order over tensors. The bodies of control flow and further
 * entry points stand in the same lists, each with inputs of its own. Every index is valid.
 * Immutable.
 *
 * @param source where it was read from, for messages
 * @param inputs tensors that somebody outside writes: any code may stand in them
 */
public record QuantizedGraph(
    String source,
    List<Tensor> tensors,
    List<Operator> operators,
    List<Integer> inputs,
    List<Integer> outputs) {
  public QuantizedGraph {
    tensors = List.copyOf(tensors);
    operators = List.copyOf(operators);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    int count = tensors.size();
    for (Operator operator : operators) {
      operator
          .inputs()
          .forEach(input -> input.ifPresent(index -> Objects.checkIndex(index, count)));
      operator.outputs().forEach(index -> Objects.checkIndex(index, count));
    }
    inputs.forEach(index -> Objects.checkIndex(index, count));
    outputs.forEach(index -> Objects.checkIndex(index, count));
  }
}
