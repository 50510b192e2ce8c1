package dev.octune.tuner.peer;

import dev.octune.kernels.target.Target;

/** Opens a peer; found by {@link java.util.ServiceLoader}. */
public interface PeerProvider {
  /** As {@code --peer} names it. */
  String name();

  /**
   * Loads the library on the calling thread, which stays its only one.
   *
   * @param target its kernels use no other instructions where the library can be told so, and as
   *     many threads
   * @throws PeerException where the library does not load
   */
  Peer open(Target target);
}
