package dev.octune.tuner.task;

import dev.octune.kernels.weights.ChannelOrder;
import dev.octune.kernels.weights.ChannelPairing;
import dev.octune.kernels.weights.LaneBound;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.graph.Contents;
import dev.octune.tuner.graph.Operator;
import dev.octune.tuner.graph.QuantizedGraph;
import dev.octune.tuner.graph.Shape;
import dev.octune.tuner.graph.Tensor;
import dev.octune.tuner.task.Lowering.Lowered;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which tensors of a network must have their channels in one order, so that nothing is repacked
 * between layers, and the order that is best for all layers that read them.
 *
 * <p>A convolution or dense layer may write its output channels in any order: it begins a group. An
 * operator that works channel by channel (addition, depthwise convolution, pooling) ties its inputs
 * and its output to one group; a concatenation of channels makes a tensor of several groups side by
 * side, each of which keeps its own order. Whatever else touches channels, and the network's inputs
 * and outputs, pins them to the order of the file. To err on that side costs speed, never an
 * answer: any order is exact.
 *
 * <p>Whoever embeds such kernels writes the rows of the layer that produces a group in its order.
 * Not thread-safe.
 */
final class ChannelGroups {
  /** A matrix of costs has so many rows. */
  private static final int MAX_CHANNELS = 4096;

  /** Operators whose output channel depends on that channel of their inputs only. */
  private static final Set<String> CHANNELWISE =
      Set.of(
          "ADD",
          "SUB",
          "MUL",
          "DIV",
          "MAXIMUM",
          "MINIMUM",
          "SQUARED_DIFFERENCE",
          "ADD_N",
          "AVERAGE_POOL_2D",
          "MAX_POOL_2D",
          "MEAN",
          "SUM",
          "REDUCE_MAX",
          "PAD",
          "PADV2",
          "RELU",
          "RELU6",
          "RELU_N1_TO_1",
          "RELU_0_TO_1",
          "PRELU",
          "LEAKY_RELU",
          "HARD_SWISH",
          "LOGISTIC",
          "TANH",
          "ABS",
          "NEG",
          "ELU",
          "GELU",
          "EXP",
          "SQRT",
          "RSQRT",
          "QUANTIZE",
          "DEQUANTIZE",
          "RESIZE_BILINEAR",
          "RESIZE_NEAREST_NEIGHBOR",
          "RESHAPE",
          "SQUEEZE",
          "EXPAND_DIMS");

  /** A layer that reads channels in any order. */
  private record Reader(
      String layer, List<Integer> groups, Workload workload, PlainWeights weights) {}

  private final QuantizedGraph graph;
  private final List<Integer> parents = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();
  private final List<Boolean> pinned = new ArrayList<>();

  /** For each tensor its groups, side by side. */
  private final Map<Integer, List<Integer>> groups = new HashMap<>();

  private final List<Reader> readers = new ArrayList<>();

  ChannelGroups(QuantizedGraph graph) {
    this.graph = graph;
    graph.inputs().forEach(input -> pin(of(input)));
  }

  /** Takes the next operator, in execution order, with what became of it. */
  void add(Operator operator, Lowering lowering) {
    switch (operator.attributes()) {
      case Operator.Conv2d _, Operator.Dense _ -> addLayer(operator, lowering);
      case Operator.DepthwiseConv2d _ -> addChannelwise(operator, data(operator).subList(0, 1));
      case Operator.BatchMatmul _, Operator.Untunable _ -> pinAll(operator);
      case Operator.KeepsCodes _, Operator.Computes _ -> {
        if (operator.op().equals("CONCATENATION")) {
          addConcatenation(operator);
        } else if (CHANNELWISE.contains(operator.op())) {
          addChannelwise(operator, data(operator));
        } else {
          pinAll(operator);
        }
      }
    }
  }

  /** For each layer that reads some group that may be reordered, the order of all its channels. */
  Map<String, ChannelOrder> orders() {
    graph.outputs().forEach(output -> pin(of(output)));
    Map<Integer, ChannelPairing> pairings = new HashMap<>();
    for (Reader reader : readers) {
      int from = 0;
      for (int group : reader.groups()) {
        int root = root(group);
        int size = sizes.get(root);
        if (isFree(root)) {
          addReader(
              pairings.computeIfAbsent(root, _ -> new ChannelPairing(size)), reader, from, size);
        }
        from += size;
      }
    }
    Map<Integer, ChannelOrder> chosen = new HashMap<>();
    pairings.forEach((root, pairing) -> chosen.put(root, pairing.order()));
    Map<String, ChannelOrder> orders = new LinkedHashMap<>();
    for (Reader reader : readers) {
      if (reader.groups().stream().anyMatch(group -> chosen.containsKey(root(group)))) {
        orders.put(reader.layer(), joined(reader, chosen));
      }
    }
    return orders;
  }

  private ChannelOrder joined(Reader reader, Map<Integer, ChannelOrder> chosen) {
    List<Integer> channels = new ArrayList<>();
    for (int group : reader.groups()) {
      int from = channels.size();
      int size = sizes.get(root(group));
      Optional<ChannelOrder> order = Optional.ofNullable(chosen.get(root(group)));
      IntStream.range(0, size)
          .map(place -> from + order.map(o -> o.at(place)).orElse(place))
          .forEach(channels::add);
    }
    return ChannelOrder.of(channels.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Adds the weights of channels from..from+size, each unsafe pair by the outputs it costs. */
  private static void addReader(ChannelPairing pairing, Reader reader, int from, int size) {
    int taps = taps(reader.workload());
    int channels = channels(reader.workload());
    byte[] weights = reader.weights().bytes();
    int rows = weights.length / (channels * taps);
    byte[] slice = new byte[rows * size * taps];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(
          weights, (row * channels + from) * taps, slice, row * size * taps, size * taps);
    }
    double positions = (double) reader.workload().macs() / weights.length;
    pairing.add(slice, taps, LaneBound.of(reader.workload().numerics().act()), positions);
  }

  private void addLayer(Operator operator, Lowering lowering) {
    List<Integer> inputs = data(operator);
    Optional<Reader> reader = reader(operator, lowering, of(inputs.getFirst()));
    reader.ifPresentOrElse(readers::add, () -> pin(of(inputs.getFirst())));
    operator.outputs().forEach(this::of);
  }

  private static Optional<Reader> reader(
      Operator operator, Lowering lowering, List<Integer> groups) {
    return lowering instanceof Lowered(Workload workload, Optional<PlainWeights> weights)
            && channels(workload) > 0
            && workload.numerics().wgt().signed()
        ? weights.map(plain -> new Reader(operator.layer(), groups, workload, plain))
        : Optional.empty();
  }

  /** Input channels of a layer that may have them in any order; 0 for others. */
  private static int channels(Workload workload) {
    return switch (workload) {
      case Conv2d conv when conv.groups() == 1 -> conv.ic();
      case Dense dense -> dense.k();
      default -> 0;
    };
  }

  private static int taps(Workload workload) {
    return workload instanceof Conv2d conv ? conv.window().kh() * conv.window().kw() : 1;
  }

  /** Ties the output to all inputs of as many channels; one channel is spread over all. */
  private void addChannelwise(Operator operator, List<Integer> inputs) {
    for (int output : operator.outputs()) {
      int channels = lastExtent(output);
      for (int input : inputs) {
        if (lastExtent(input) == channels) {
          tie(of(input), of(output));
        } else if (lastExtent(input) != 1) {
          pin(of(input));
          pin(of(output));
        }
      }
    }
  }

  private void addConcatenation(Operator operator) {
    List<Integer> inputs = data(operator);
    int output = operator.outputs().getFirst();
    int channels = lastExtent(output);
    if (inputs.stream().allMatch(input -> lastExtent(input) == channels)) {
      addChannelwise(operator, inputs);
    } else if (inputs.stream().mapToInt(this::lastExtent).sum() == channels) {
      groups.put(output, inputs.stream().flatMap(input -> of(input).stream()).toList());
    } else {
      pinAll(operator);
    }
  }

  private void pinAll(Operator operator) {
    data(operator).forEach(input -> pin(of(input)));
    operator.outputs().forEach(output -> pin(of(output)));
  }

  /** Inputs that hold codes, constants of the file among them; not shapes, sizes or biases. */
  private List<Integer> data(Operator operator) {
    return operator.inputs().stream()
        .flatMapToInt(OptionalInt::stream)
        .filter(input -> graph.tensors().get(input).type().isByteCode())
        .boxed()
        .toList();
  }

  /** The groups of a tensor; one of its own where nothing is known of it yet. */
  private List<Integer> of(int tensor) {
    return groups.computeIfAbsent(tensor, _ -> List.of(newGroup(tensor)));
  }

  private int newGroup(int index) {
    Tensor tensor = graph.tensors().get(index);
    int size = lastExtent(index);
    parents.add(parents.size());
    sizes.add(size);
    pinned.add(size < 1 || size > MAX_CHANNELS || tensor.contents() instanceof Contents.Variable);
    return parents.size() - 1;
  }

  private int lastExtent(int index) {
    return graph.tensors().get(index).shape() instanceof Shape.Fixed shape && shape.rank() > 0
        ? shape.dims().getLast()
        : 0;
  }

  private int root(int group) {
    return parents.get(group) == group ? group : root(parents.get(group));
  }

  private boolean isFree(int root) {
    return !pinned.get(root) && sizes.get(root) > 1;
  }

  private void tie(List<Integer> some, List<Integer> others) {
    List<Integer> left = some.stream().map(this::root).toList();
    List<Integer> right = others.stream().map(this::root).toList();
    if (!left.stream().map(sizes::get).toList().equals(right.stream().map(sizes::get).toList())) {
      pin(left);
      pin(right);
      return;
    }
    for (int i = 0; i < left.size(); i++) {
      int kept = root(left.get(i));
      int joined = root(right.get(i));
      pinned.set(kept, pinned.get(kept) || pinned.get(joined));
      parents.set(joined, kept);
    }
  }

  private void pin(List<Integer> some) {
    some.forEach(group -> pinned.set(root(group), true));
  }
}
