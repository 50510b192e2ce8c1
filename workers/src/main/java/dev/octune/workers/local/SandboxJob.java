package dev.octune.workers.local;

import dev.octune.workers.run.RunnerException;
import dev.octune.workers.run.Sandbox;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Asks the runner what protects the machine while a kernel runs. */
final class SandboxJob extends Job {
  final CompletableFuture<Sandbox> result = new CompletableFuture<>();
  private final List<Integer> cpus;

  SandboxJob(List<Integer> cpus) {
    super(List.of());
    this.cpus = List.copyOf(cpus);
  }

  @Override
  void run(RunnerKeeper runners) throws RunnerException {
    result.complete(runners.lasting().sandbox(cpus));
  }

  @Override
  void lost(String reason) {
    result.completeExceptionally(new IllegalStateException(reason));
  }

  @Override
  void closed(IllegalStateException why) {
    result.completeExceptionally(why);
  }
}
