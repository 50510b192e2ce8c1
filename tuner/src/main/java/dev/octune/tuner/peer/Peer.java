package dev.octune.tuner.peer;

import dev.octune.kernels.workload.Workload;
import java.util.List;
import java.util.Optional;

/** A library whose kernels are timed beside ours. Confined to the measuring thread. */
public interface Peer extends AutoCloseable {
  /** As {@code --peer} names it. */
  String name();

  /** The library's own version. */
  String version();

  /** Ways it has to compute a workload, such as {@code u8s8s32}; the plain one first. */
  List<String> paths(Workload workload);

  /** Whether a path keeps to the target's instructions. */
  Cap cap(String path);

  /**
   * Makes one of the paths ready.
   *
   * @param act plain activations of the workload
   * @param wgt plain weights of the workload
   * @return empty where the library has no kernel on this path after all
   */
  Optional<Contender> prepare(Workload workload, String path, byte[] act, byte[] wgt);

  @Override
  void close();
}
