package dev.octune.kernels.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChannelOrderTest {
  @Test
  void read_ownBytes_isTheSameOrder() {
    ChannelOrder order = ChannelOrder.of(2, 0, 3, 1);
    assertEquals(Optional.of(order), ChannelOrder.read(order.bytes(), 4));
    assertEquals(WeightStore.hash(order.bytes()), order.hash());
  }

  @Test
  void read_bytesThatAreNoOrder_isEmpty() {
    byte[] bytes = ChannelOrder.of(2, 0, 3, 1).bytes();
    assertTrue(ChannelOrder.read(bytes, 3).isEmpty());
    bytes[0] = 3;
    assertTrue(ChannelOrder.read(bytes, 4).isEmpty());
    bytes[0] = 4;
    assertTrue(ChannelOrder.read(bytes, 4).isEmpty());
  }

  @Test
  void of_channelMissing_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> ChannelOrder.of(0, 2));
    assertThrows(IllegalArgumentException.class, () -> ChannelOrder.of(1, 1));
  }
}
