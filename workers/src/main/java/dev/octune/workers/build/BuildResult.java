package dev.octune.workers.build;

import java.time.Duration;

/**
 * What became of a build.
 *
 * @param <T> what was asked for: an {@link Image}, or a file's bytes
 */
public sealed interface BuildResult<T> {
  /**
   * It compiled.
   *
   * @param compileNanos time within LLVM, parsing included
   */
  record Built<T>(T output, long compileNanos) implements BuildResult<T> {}

  /** LLVM or the linker said no: the same module is refused again. */
  record Refused<T>(String reason) implements BuildResult<T> {}

  /**
   * The compiling process died, also on a second try where another cause than the module can be.
   */
  record Died<T>(String reason) implements BuildResult<T> {}

  /** There is no compiling process: none can be started, or the builder was closed. */
  record Unavailable<T>(String reason) implements BuildResult<T> {}

  /** The compiling process was killed at the limit. */
  record TimedOut<T>(Duration limit) implements BuildResult<T> {}
}
