package dev.octune.tuner.peer;

import java.util.Optional;

/** A kernel that can be made ready for any operands of one workload. */
public interface Entrant {
  /** octune, or a peer's name. */
  String library();

  /** Of a peer its path; of ours the schedule. */
  String path();

  /** Whether it keeps to the target's instructions. */
  Cap cap();

  /**
   * Makes it ready.
   *
   * @param act plain activations
   * @param wgt plain weights
   * @return empty where the library has no kernel for it
   */
  Optional<Contender> prepare(byte[] act, byte[] wgt);

  /** One path of a peer. */
  static Entrant of(Peer peer, dev.octune.kernels.workload.Workload workload, String path) {
    return new PeerEntrant(peer, workload, path);
  }

  /** One path of a peer. */
  record PeerEntrant(Peer peer, dev.octune.kernels.workload.Workload workload, String path)
      implements Entrant {
    @Override
    public String library() {
      return peer.name();
    }

    @Override
    public Cap cap() {
      return peer.cap(path);
    }

    @Override
    public Optional<Contender> prepare(byte[] act, byte[] wgt) {
      return peer.prepare(workload, path, act, wgt);
    }
  }
}
