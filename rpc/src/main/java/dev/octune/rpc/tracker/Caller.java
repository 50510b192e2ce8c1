package dev.octune.rpc.tracker;

/**
 * Who is at the other end of a call.
 *
 * @param principal whose token it is; empty where there is none, or nobody knows it
 * @param tokenId names the token, not its secret; empty with the principal
 * @param peer the address it dials from
 */
public record Caller(String principal, String tokenId, String peer) {
  /** Somebody whose token is not known. */
  static Caller stranger(String peer) {
    return new Caller("", "", peer);
  }
}
