package dev.octune.workers.local;

import dev.octune.workers.run.Connection;
import dev.octune.workers.run.Runner;
import dev.octune.workers.run.RunnerException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The runner of a device, started when first needed and again after it died. Confined to the
 * measuring thread but for {@link #close}.
 */
final class RunnerKeeper {
  private final Path program;
  private final Connection connection;
  private @Nullable Runner runner;
  private int nextOrdinal;
  private boolean closed;

  RunnerKeeper(Path program, Connection connection) {
    this.program = program;
    this.connection = connection;
  }

  /** The runner that lives on between jobs. */
  synchronized Runner lasting() throws RunnerException {
    Runner known = runner;
    if (known == null) {
      known = fresh();
      runner = known;
    }
    return known;
  }

  /** Another process, the caller's to close. */
  synchronized Runner fresh() throws RunnerException {
    if (closed) {
      throw new IllegalStateException("the device is closed");
    }
    return Runner.start(program, connection, nextOrdinal++);
  }

  /** Lets another process run on these CPUs only; also after {@link #close}. */
  boolean confine(long pid, List<Integer> cpus) {
    return Runner.confine(program, pid, cpus);
  }

  /** Ends the lasting runner; the next use starts another. */
  synchronized void drop() {
    if (runner != null) {
      runner.kill();
      runner = null;
    }
  }

  synchronized void close() {
    closed = true;
    drop();
  }
}
