package dev.octune.tuner.coordinator;

import dev.octune.db.TuningDb;
import dev.octune.db.job.JobChange;
import dev.octune.db.job.JobDb;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A disk that survives the coordinator: writes become durable in order, some time after they were
 * asked for, and are acknowledged some time later. It can be full for a while.
 */
final class SimulatedStore {
  private final SimulatedWorld world;
  private final Random random;
  private final TuningDb db;
  private final Duration maxDelay;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private boolean isFull;
  private boolean isWriting;

  private record Pending(int process, long write, JobChange change) {}

  /**
   * A disk.
   *
   * @param db what is on it
   * @param maxDelay until a write is durable
   */
  SimulatedStore(SimulatedWorld world, Random random, TuningDb db, Duration maxDelay) {
    this.world = world;
    this.random = random;
    this.db = db;
    this.maxDelay = maxDelay;
  }

  TuningDb db() {
    return db;
  }

  JobDb jobs() {
    return db.jobs();
  }

  void setFull(boolean full) {
    isFull = full;
  }

  void write(int process, long write, JobChange change) {
    pending.addLast(new Pending(process, write, change));
    commitLater();
  }

  /** The coordinator is dead: what was on its way is stored up to some point, or is not. */
  void cutOff() {
    int kept = pending.isEmpty() ? 0 : random.nextInt(pending.size() + 1);
    List<CompletableFuture<Void>> stored = new ArrayList<>();
    for (int i = 0; i < kept; i++) {
      stored.add(store(pending.removeFirst()));
    }
    pending.clear();
    stored.forEach(done -> isStored(done));
  }

  private void commitLater() {
    if (!isWriting) {
      isWriting = true;
      world.time().after(random.nextLong(1_000_000, maxDelay.toNanos()), this::commit);
    }
  }

  private void commit() {
    isWriting = false;
    int group = pending.isEmpty() ? 0 : random.nextInt(1, pending.size() + 1);
    Map<Pending, CompletableFuture<Void>> writes = new LinkedHashMap<>();
    for (int i = 0; i < group; i++) {
      Pending next = pending.removeFirst();
      writes.put(next, store(next));
    }
    writes.forEach((write, done) -> acknowledge(write, isStored(done)));
    if (!pending.isEmpty()) {
      commitLater();
    }
  }

  private void acknowledge(Pending write, boolean isStored) {
    CoordinatorEvent answer =
        isStored
            ? new CoordinatorEvent.Stored(write.write)
            : new CoordinatorEvent.StoreFailed(
                write.write, "no room is left on the device", random.nextInt(50) == 0);
    world
        .time()
        .after(
            1_000_000L * random.nextInt(5),
            () -> {
              if (world.process() == write.process) {
                world.happen(answer);
              }
            });
  }

  private CompletableFuture<Void> store(Pending next) {
    if (isFull) {
      return CompletableFuture.failedFuture(new FullDisk());
    }
    world.rules().beforeStored(next.change);
    return db.jobs().store(next.change);
  }

  private static boolean isStored(CompletableFuture<Void> done) {
    try {
      done.join();
      return true;
    } catch (CompletionException e) {
      if (e.getCause() instanceof FullDisk) {
        return false;
      }
      throw new AssertionError("refused by the store", e);
    }
  }

  private static final class FullDisk extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
