package dev.octune.peers.onnxruntime;

import dev.octune.kernels.target.Target;
import dev.octune.tuner.peer.Peer;
import dev.octune.tuner.peer.PeerProvider;

/** Opens ONNX Runtime. */
public final class OnnxRuntimeProvider implements PeerProvider {
  @Override
  public String name() {
    return OnnxRuntime.NAME;
  }

  @Override
  public Peer open(Target target) {
    return OnnxRuntime.load(target);
  }
}
