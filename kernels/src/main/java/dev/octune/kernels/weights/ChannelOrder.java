package dev.octune.kernels.weights;

import java.util.Arrays;
import java.util.Optional;

/**
 * An order of a layer's input channels: position p holds channel {@link #at at(p)}. Immutable.
 * Every order is exact: it moves activations and weights alike.
 *
 * <p>As bytes: u16 little-endian, one for each position; its name is the hash of these bytes.
 */
public final class ChannelOrder {
  private final int[] channels;

  private ChannelOrder(int[] channels) {
    this.channels = channels;
  }

  /**
   * An order of channels 0..length−1.
   *
   * @throws IllegalArgumentException where one is missing or there are over 65536
   */
  public static ChannelOrder of(int... channels) {
    if (channels.length > 1 << Character.SIZE || !isPermutation(channels)) {
      throw new IllegalArgumentException(
          "%d channels are no order of 0..%d".formatted(channels.length, channels.length - 1));
    }
    return new ChannelOrder(channels.clone());
  }

  /** Reads {@link #bytes}; empty where they are no order of so many channels. */
  public static Optional<ChannelOrder> read(byte[] bytes, int count) {
    if (bytes.length != 2 * count) {
      return Optional.empty();
    }
    int[] channels = new int[count];
    for (int p = 0; p < count; p++) {
      channels[p] = Byte.toUnsignedInt(bytes[2 * p]) | Byte.toUnsignedInt(bytes[2 * p + 1]) << 8;
    }
    return isPermutation(channels) ? Optional.of(new ChannelOrder(channels)) : Optional.empty();
  }

  public int count() {
    return channels.length;
  }

  /** The channel at a position. */
  public int at(int position) {
    return channels[position];
  }

  /** For each position its channel. */
  public int[] channels() {
    return channels.clone();
  }

  public byte[] bytes() {
    byte[] bytes = new byte[2 * channels.length];
    for (int p = 0; p < channels.length; p++) {
      bytes[2 * p] = (byte) channels[p];
      bytes[2 * p + 1] = (byte) (channels[p] >> 8);
    }
    return bytes;
  }

  /** "sha256:…" of its bytes. */
  public String hash() {
    return WeightStore.hash(bytes());
  }

  private static boolean isPermutation(int[] channels) {
    boolean[] seen = new boolean[channels.length];
    for (int channel : channels) {
      if (channel < 0 || channel >= channels.length || seen[channel]) {
        return false;
      }
      seen[channel] = true;
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChannelOrder order && Arrays.equals(channels, order.channels);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(channels);
  }

  @Override
  public String toString() {
    return Arrays.toString(channels);
  }
}
