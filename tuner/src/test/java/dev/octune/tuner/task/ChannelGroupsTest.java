package dev.octune.tuner.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.weights.ChannelOrder;
import dev.octune.tuner.graph.Operator;
import dev.octune.tuner.graph.QuantizedGraph;
import dev.octune.tuner.graph.TfliteFile;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tensorflow.lite.schema.ActivationFunctionType;
import org.tensorflow.lite.schema.BuiltinOperator;
import org.tensorflow.lite.schema.Padding;

/** Which layers share an order of channels, on networks written here. */
class ChannelGroupsTest {
  private static final byte S8 = TfliteFile.S8;
  private static final int CHANNELS = 8;

  private final TfliteFile file = new TfliteFile();
  private final SplittableRandom random = new SplittableRandom(20_261_125);
  private final int input = tensor("in", CHANNELS);

  private int tensor(String name, int channels) {
    return file.tensor(name, S8, 0.1f, -128, 1, 4, 4, channels);
  }

  /** A 1×1 convolution; the tensor that it writes, named as its layer. */
  private int conv(String name, int act, int inputs, int outputs) {
    byte[] weights = new byte[inputs * outputs];
    random.nextBytes(weights);
    int wgt = file.constant("w_" + name, S8, 0, weights, outputs, 1, 1, inputs);
    int out = tensor(name, outputs);
    file.conv(act, wgt, out, Padding.VALID, 1, 1, ActivationFunctionType.NONE);
    return out;
  }

  private int join(int code, String name, int channels, int... parts) {
    int out = tensor(name, channels);
    file.operator(code, parts, out);
    return out;
  }

  private Map<String, ChannelOrder> orders() {
    file.inputs(input);
    QuantizedGraph graph = file.graph();
    LayerLowering lowering = new LayerLowering(graph, Outputs.SUMS);
    ChannelGroups groups = new ChannelGroups(graph);
    for (Operator operator : graph.operators()) {
      groups.add(operator, lowering.lower(operator));
    }
    return groups.orders();
  }

  @Test
  void orders_chain_areEachLayersOwnButTheFirst() {
    int a = conv("a", input, CHANNELS, CHANNELS);
    int b = conv("b", a, CHANNELS, CHANNELS);
    conv("c", b, CHANNELS, CHANNELS);
    Map<String, ChannelOrder> orders = orders();
    assertEquals(Set.of("b", "c"), orders.keySet());
    assertNotEquals(orders.get("b"), orders.get("c"));
  }

  @Test
  void orders_residualAddition_isOneForAllThatReadEitherSide() {
    int a = conv("a", input, CHANNELS, CHANNELS);
    int b = conv("b", a, CHANNELS, CHANNELS);
    int sum = join(BuiltinOperator.ADD, "sum", CHANNELS, a, b);
    conv("c", sum, CHANNELS, CHANNELS);
    Map<String, ChannelOrder> orders = orders();
    assertEquals(Set.of("b", "c"), orders.keySet());
    assertEquals(orders.get("b"), orders.get("c"));
  }

  @Test
  void orders_additionOfTheNetworksInput_isTheFiles() {
    int a = conv("a", input, CHANNELS, CHANNELS);
    int sum = join(BuiltinOperator.ADD, "sum", CHANNELS, a, input);
    conv("b", sum, CHANNELS, CHANNELS);
    assertEquals(Map.of(), orders());
  }

  @Test
  void orders_depthwiseBetween_tiesItsSides() {
    int a = conv("a", input, CHANNELS, CHANNELS);
    conv("b", a, CHANNELS, CHANNELS);
    int wgt = file.constant("w_dw", S8, 0, -100, 100, 1, 3, 3, CHANNELS);
    int depthwise = tensor("dw", CHANNELS);
    file.depthwise(a, wgt, depthwise, Padding.SAME, 1, 1);
    conv("c", depthwise, CHANNELS, CHANNELS);
    Map<String, ChannelOrder> orders = orders();
    assertEquals(Set.of("b", "c"), orders.keySet());
    assertEquals(orders.get("b"), orders.get("c"));
  }

  @Test
  void orders_concatenation_keepsItsPartsApart() {
    int a = conv("a", input, CHANNELS, 6);
    int b = conv("b", input, CHANNELS, 10);
    int both = join(BuiltinOperator.CONCATENATION, "both", 16, a, b);
    conv("c", both, 16, CHANNELS);
    conv("d", a, 6, CHANNELS);
    Map<String, ChannelOrder> orders = new HashMap<>(orders());
    ChannelOrder joined = Objects.requireNonNull(orders.get("c"));
    assertEquals(Set.of("c", "d"), orders.keySet());
    assertTrue(IntStream.range(0, 6).allMatch(place -> joined.at(place) < 6), joined.toString());
    int[] first = IntStream.range(0, 6).map(joined::at).toArray();
    assertEquals(ChannelOrder.of(first), orders.get("d"));
  }

  @Test
  void orders_operatorThatMixesChannels_pinsThem() {
    int a = conv("a", input, CHANNELS, CHANNELS);
    int mixed = join(BuiltinOperator.SOFTMAX, "mixed", CHANNELS, a);
    conv("b", mixed, CHANNELS, CHANNELS);
    conv("c", a, CHANNELS, CHANNELS);
    assertEquals(Map.of(), orders());
  }
}
