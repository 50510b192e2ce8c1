package dev.octune.kernels.codegen;

import dev.octune.kernels.text.TextException;
import dev.octune.kernels.weights.ChannelOrder;
import dev.octune.kernels.weights.ChannelPairing;
import dev.octune.kernels.weights.LaneBound;
import dev.octune.kernels.weights.MissingWeightsException;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.kernels.workload.ActRange;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The orders of input channels that kernels of particular weights may choose from, by the words of
 * the knob {@code pairing}:
 *
 * <ul>
 *   <li>{@code file}: as the model has them.
 *   <li>{@code own}: the {@link ChannelPairing} of the layer alone. Whoever runs the kernel in a
 *       network packs its activations for this layer, or has them made in this order.
 *   <li>{@code shared_} and the digits of a hash: an order that the weight store knows, made for
 *       all layers of a network that read the same channels, so that none of them repacks.
 * </ul>
 *
 * Thread-safe.
 */
final class ChannelOrders {
  static final String FILE = "file";
  static final String OWN = "own";
  private static final Pattern SHARED = Pattern.compile("shared_([0-9a-f]{64})");

  /** With fewer channels there is nothing to choose. */
  private static final int MIN_CHANNELS = 3;

  /** A matrix of costs has so many rows: 128 MB. */
  private static final int MAX_CHANNELS = 4096;

  /** A network has fewer layers; an order takes a second at most to be found again. */
  private static final int MAX_KNOWN = 128;

  private record Key(String weights, int channels, ActRange act) {}

  private final WeightStore weights;
  private final boolean fileOnly;
  private final Map<Key, ChannelOrder> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, ChannelOrder> eldest) {
          return size() > MAX_KNOWN;
        }
      };

  /**
   * @param fileOnly true where no order but the model's is to be had
   */
  ChannelOrders(WeightStore weights, boolean fileOnly) {
    this.weights = weights;
    this.fileOnly = fileOnly;
  }

  /** The words of the knob for a workload that names its weights. */
  List<String> texts(Workload workload, Contraction conv) {
    List<String> texts = new ArrayList<>();
    texts.add(FILE);
    if (!fileOnly
        && conv.wgtBatches() == 1
        && conv.ic() >= MIN_CHANNELS
        && conv.ic() <= MAX_CHANNELS) {
      texts.add(OWN);
      weights.orders(hash(workload)).stream()
          .map(order -> "shared_" + order.substring(WeightStore.PREFIX.length()))
          .sorted()
          .forEach(texts::add);
    }
    return texts;
  }

  /** Whether a word may name an order, known here or not. */
  boolean isShared(String text) {
    return !fileOnly && SHARED.matcher(text).matches();
  }

  /**
   * The order that a word of the knob names; empty for the file's.
   *
   * @throws MissingWeightsException where what it is made of is not known here
   */
  Optional<ChannelOrder> order(String text, Workload workload, Contraction conv) {
    if (text.equals(FILE)) {
      return Optional.empty();
    }
    if (text.equals(OWN)) {
      return Optional.of(own(workload, conv));
    }
    var shared = SHARED.matcher(text);
    if (!shared.matches()) {
      throw new TextException(
          "pairing=%s is no order. Mend: use file, own or shared_ and 64 hex digits"
              .formatted(text));
    }
    String hash = WeightStore.PREFIX + shared.group(1);
    return Optional.of(
        weights
            .fetch(hash)
            .flatMap(bytes -> ChannelOrder.read(bytes, conv.ic()))
            .orElseThrow(
                () ->
                    new MissingWeightsException(
                        "the order %s of the %d channels of '%s' is not known here. Mend: tune their model with --weights real first"
                            .formatted(hash, conv.ic(), workload.text()))));
  }

  private synchronized ChannelOrder own(Workload workload, Contraction conv) {
    ActRange act = conv.numerics().act();
    return known.computeIfAbsent(
        new Key(hash(workload), conv.ic(), act),
        _ -> {
          ChannelPairing pairing = new ChannelPairing(conv.ic());
          pairing.add(weights.of(workload).orElseThrow(), conv.taps(), LaneBound.of(act), 1);
          return pairing.order();
        });
  }

  private static String hash(Workload workload) {
    return workload.numerics().weights().orElseThrow();
  }
}
