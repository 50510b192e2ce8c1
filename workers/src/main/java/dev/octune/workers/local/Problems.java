package dev.octune.workers.local;

import dev.octune.kernels.weights.WeightStore;
import dev.octune.kernels.workload.Workload;
import dev.octune.workers.run.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The oracle's answers, each computed once on a thread of their own. Thread-safe. */
final class Problems implements AutoCloseable {
  /**
   * Answers kept beside those in use: a runner that starts anew needs them again, and a heap of 1
   * GiB has other things to hold.
   */
  private static final long MAX_BYTES = 160L << 20;

  private record Key(Workload workload, long seed) {}

  private final ExecutorService oracle =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("octune-device-oracle").factory());
  private final LinkedHashMap<Key, CompletableFuture<Problem>> known =
      new LinkedHashMap<>(16, 0.75f, true);

  private final WeightStore weights;

  Problems(WeightStore weights) {
    this.weights = weights;
  }

  synchronized CompletableFuture<Problem> problem(Workload workload, long seed) {
    Key key = new Key(workload, seed);
    CompletableFuture<Problem> problem = known.get(key);
    if (problem == null || problem.isCompletedExceptionally()) {
      problem = CompletableFuture.supplyAsync(() -> Problem.solve(workload, seed, weights), oracle);
      known.put(key, problem);
      forget(key);
    }
    return problem;
  }

  @Override
  public void close() {
    oracle.shutdownNow();
  }

  private void forget(Key newest) {
    long bytes = known.keySet().stream().mapToLong(k -> Problem.bytes(k.workload())).sum();
    var oldest = known.entrySet().iterator();
    while (bytes > MAX_BYTES && oldest.hasNext()) {
      Map.Entry<Key, CompletableFuture<Problem>> entry = oldest.next();
      if (!entry.getKey().equals(newest)) {
        bytes -= Problem.bytes(entry.getKey().workload());
        oldest.remove();
      }
    }
  }
}
