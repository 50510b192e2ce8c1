package dev.octune.tuner.coordinator;

import dev.octune.db.TuningDb;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Results a second through machine and H2 store with many attached devices. No part of the tests:
 * {@code mvn test -pl tuner -am -Dtest=CoordinatorBenchmark}, as README tells.
 *
 * <p>Devices of this process answer after a fixed time. A result counts once it is durable.
 */
class CoordinatorBenchmark {
  private static final int DEVICES = 1000;
  private static final int OWNERS = 8;
  private static final int JOBS_PER_OWNER = 8;
  private static final int SPACE = 100_000;
  private static final Duration TRIAL = Duration.ofMillis(50);

  private static final int TRIALS = Integer.getInteger("benchmark.trials", 200_000);

  @TempDir private Path folder;

  @Test
  void results_ofAThousandDevices_aSecond() throws InterruptedException {
    ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
    int jobs = OWNERS * JOBS_PER_OWNER;
    Counter counter = new Counter(jobs);
    try (TuningDb db = TuningDb.open(folder.resolve("a"), TuningDb.Access.WRITER);
        Coordinator coordinator =
            Coordinator.open(
                CoordinatorSettings.DEFAULT, new ToyLibrary(SPACE), db, InstantSource.system())) {
      coordinator.addListener(counter);
      for (int j = 0; j < jobs; j++) {
        coordinator
            .submit(ToyKernels.spec("owner-" + j % OWNERS, 1, j, TRIALS / jobs, j + 1))
            .join();
      }
      long began = System.nanoTime();
      for (int d = 0; d < DEVICES; d++) {
        FakeDevice.attach(coordinator, ToyKernels.declaration("toy-" + d, 2), TRIAL, executor);
      }
      while (!counter.open.await(5, TimeUnit.SECONDS)) {
        System.out.printf(
            "%.0f s: %d results%n", (System.nanoTime() - began) / 1e9, counter.results.get());
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      long results = counter.results.get();
      System.out.printf(
          "%d devices, %d jobs: %d durable results in %.1f s, %.0f a second; the second half of"
              + " them %.0f a second%n",
          DEVICES,
          jobs,
          results,
          seconds,
          results / seconds,
          (results - TRIALS / 2) * 1e9 / (System.nanoTime() - counter.halfNanos));
    } finally {
      executor.shutdownNow();
    }
  }

  private static final class Counter implements CoordinatorListener {
    private final AtomicLong results = new AtomicLong();
    private final CountDownLatch open;
    private volatile long halfNanos;

    Counter(int jobs) {
      this.open = new CountDownLatch(jobs);
    }

    @Override
    public void news(JobNews news) {
      switch (news) {
        case JobNews.TrialEnded _ -> {
          // The first of each job on each device brings a session with it, and the JVM is cold.
          if (results.incrementAndGet() == TRIALS / 2) {
            halfNanos = System.nanoTime();
          }
        }
        case JobNews.Moved(JobId _, JobMove move) -> {
          if (move.to().isEnd()) {
            open.countDown();
          }
        }
        case JobNews.TaskConfirmed _ -> {}
      }
    }

    @Override
    public void deviceChanged(DeviceView device) {}
  }
}
