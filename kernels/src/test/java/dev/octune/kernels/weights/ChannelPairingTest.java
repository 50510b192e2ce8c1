package dev.octune.kernels.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.workload.ActRange;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelPairingTest {
  private static final LaneBound BOUND = LaneBound.of(ActRange.U8);
  private static final long SEED = 20_261_125;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 16, 33})
  void order_anyWeights_holdsEveryChannelOnce(int channels) {
    byte[] weights = new byte[5 * channels * 9];
    new SplittableRandom(SEED).nextBytes(weights);
    ChannelOrder order = order(channels, 9, weights);
    assertEquals(channels, IntStream.range(0, channels).map(order::at).distinct().count());
    assertEquals(order, order(channels, 9, weights));
  }

  @Test
  void order_pairsThatOnlyOneMatchingMakesSafe_isThatMatching() {
    // Channels 0 and 1 are large everywhere, 2 and 3 small: neighbours are unsafe as they stand.
    byte[] weights = {100, 90, 10, 20, -110, -100, -5, -10, 120, 115, 3, 1};
    ChannelOrder order = order(4, 1, weights);
    assertEquals(0, unsafe(weights, order, 4, 1));
    assertEquals(3, unsafe(weights, ChannelOrder.of(0, 1, 2, 3), 4, 1));
  }

  @Test
  void order_oddChannels_leavesTheDearestOneAlone() {
    byte[] weights = {127, 127, 127, -127, -127, -127};
    assertEquals(2, unsafe(weights, order(3, 1, weights), 3, 1));
  }

  /** As networks have them: most weights small, each channel of its own size. */
  @Test
  void order_bellShapedWeights_halvesUnsafePairsAtLeast() {
    int channels = 64;
    SplittableRandom random = new SplittableRandom(SEED);
    double[] sizes = random.doubles(channels, 5, 70).toArray();
    byte[] weights = new byte[128 * channels];
    for (int i = 0; i < weights.length; i++) {
      double bell = random.doubles(12).sum() - 6;
      weights[i] = (byte) Math.clamp(Math.round(bell * sizes[i % channels]), -127, 127);
    }
    int[] file = IntStream.range(0, channels).toArray();
    int before = unsafe(weights, ChannelOrder.of(file), channels, 1);
    int after = unsafe(weights, order(channels, 1, weights), channels, 1);
    assertTrue(2 * after < before, after + " of " + before + " seed " + SEED);
  }

  private static ChannelOrder order(int channels, int taps, byte[] weights) {
    ChannelPairing pairing = new ChannelPairing(channels);
    pairing.add(weights, taps, BOUND, 1);
    return pairing.order();
  }

  private static int unsafe(byte[] weights, ChannelOrder order, int channels, int taps) {
    int unsafe = 0;
    for (int row = 0; row < weights.length / channels / taps; row++) {
      for (int tap = 0; tap < taps; tap++) {
        for (int p = 0; p + 1 < channels; p += 2) {
          int a = weights[(row * channels + order.at(p)) * taps + tap];
          int b = weights[(row * channels + order.at(p + 1)) * taps + tap];
          unsafe += BOUND.holds(a, b) ? 0 : 1;
        }
      }
    }
    return unsafe;
  }
}
