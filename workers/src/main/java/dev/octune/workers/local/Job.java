package dev.octune.workers.local;

import dev.octune.workers.run.RunnerException;
import java.util.List;

/** What the measuring thread does in one go, once all its parts are built. */
abstract class Job {
  final List<Part> parts;

  Job(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * Does it and completes its future. After a {@link RunnerException} it is done once more, on a
   * fresh runner.
   */
  abstract void run(RunnerKeeper runners) throws RunnerException;

  /** Completes its future: no runner could be kept alive for it. */
  abstract void lost(String reason);

  /** Completes its future exceptionally: the device was closed. */
  abstract void closed(IllegalStateException why);
}
