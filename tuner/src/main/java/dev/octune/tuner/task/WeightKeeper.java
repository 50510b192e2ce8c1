package dev.octune.tuner.task;

import dev.octune.kernels.weights.ChannelOrder;

/** Where layers' own weights go. */
public interface WeightKeeper {
  /**
   * Keeps plain weights.
   *
   * @return their hash
   */
  String put(byte[] plain);

  /**
   * Keeps an order that a layer with these weights shares with the layers around it.
   *
   * @return the order's hash
   */
  String share(ChannelOrder order, String weightsHash);
}
