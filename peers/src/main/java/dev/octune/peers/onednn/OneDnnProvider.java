package dev.octune.peers.onednn;

import dev.octune.kernels.target.Target;
import dev.octune.tuner.peer.Peer;
import dev.octune.tuner.peer.PeerProvider;

/** Opens oneDNN. */
public final class OneDnnProvider implements PeerProvider {
  @Override
  public String name() {
    return OneDnn.NAME;
  }

  @Override
  public Peer open(Target target) {
    return new OneDnn(
        Dnnl.load(NativeFiles.unpacked(System.getenv()), target.isa(), target.threads()));
  }
}
