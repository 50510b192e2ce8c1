package dev.octune.tuner.lookup;

import dev.octune.kernels.space.Candidate;
import java.nio.ByteBuffer;

/** Makes object files. Thread-safe; blocks for some tens of milliseconds. */
@FunctionalInterface
public interface KernelCompiler {
  /** What became of a kernel. */
  sealed interface Compiled {
    /** An ELF object, as {@code octune kernel} writes it. */
    record Built(ByteBuffer object) implements Compiled {}

    /** The same kernel is refused again. */
    record Refused(String reason) implements Compiled {}

    /** Another try may succeed. */
    record Unavailable(String reason) implements Compiled {}
  }

  /**
   * Compiles a kernel with its packing functions.
   *
   * @param symbol prefix of its functions, a C identifier
   */
  Compiled compile(Candidate candidate, String symbol) throws InterruptedException;
}
