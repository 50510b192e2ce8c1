package dev.octune.tuner.coordinator;

import dev.octune.kernels.target.DeviceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which jobs are in memory: a bounded number, dealt out evenly among owners, so that nobody's many
 * jobs keep another one's first out, nor the jobs of one device key another key's devices idle.
 */
final class Admission {
  /** In memory for so long while another one waits as long, a job makes room. */
  static final Duration SLICE = Duration.ofMinutes(10);

  private final int room;

  Admission(int room) {
    this.room = room;
  }

  /**
   * What to do.
   *
   * @param evicted with the reason, in words for their owners
   */
  record Plan(List<LiveJob> admitted, Map<LiveJob, String> evicted) {}

  Plan plan(long nanos, List<LiveJob> waiting, List<LiveJob> inMemory) {
    Census census = new Census(inMemory);
    List<LiveJob> left = new ArrayList<>(waiting);
    List<LiveJob> admitted = new ArrayList<>();
    int free = room - inMemory.size();
    while (free > 0 && !left.isEmpty()) {
      LiveJob next = first(nanos, left, census);
      left.remove(next);
      admitted.add(next);
      census.add(next);
      free--;
    }
    Map<LiveJob, String> evicted = new LinkedHashMap<>();
    boolean isLeavingAlready = inMemory.stream().anyMatch(job -> job.leaving().isPresent());
    if (!left.isEmpty() && !isLeavingAlready) {
      LiveJob next = first(nanos, left, census);
      victim(nanos, next, inMemory, census)
          .ifPresent(
              job ->
                  evicted.put(job, "makes room for %s of %s".formatted(next.id(), next.owner())));
    }
    return new Plan(admitted, evicted);
  }

  private static LiveJob first(long nanos, List<LiveJob> waiting, Census census) {
    return waiting.stream()
        .min(
            Comparator.comparing((LiveJob job) -> nanos - job.queuedNanos() < SLICE.toNanos())
                .thenComparing(job -> census.ofKey(job) > 0)
                .thenComparingInt(census::ofOwner)
                .thenComparingDouble(job -> -agedPriority(nanos, job))
                .thenComparing(LiveJob::id))
        .orElseThrow();
  }

  /** Who has most and so loses least; nobody where all have their share. */
  private static Optional<LiveJob> victim(
      long nanos, LiveJob next, List<LiveJob> inMemory, Census census) {
    boolean isLong = nanos - next.queuedNanos() >= SLICE.toNanos();
    return inMemory.stream()
        .filter(job -> job.phase() == LiveJob.Phase.ACTIVE)
        .filter(
            job ->
                census.ofOwner(job) > census.ofOwner(next) + 1
                    || (census.ofKey(next) == 0 && census.ofKey(job) > 1)
                    || (job.owner().equals(next.owner())
                        && job.spec().priority() < next.spec().priority())
                    || (isLong && nanos - job.activeSinceNanos() >= SLICE.toNanos()))
        .max(
            Comparator.comparingInt(census::ofOwner)
                .thenComparingInt(job -> -job.spec().priority())
                .thenComparingLong(job -> -job.activeSinceNanos())
                .thenComparing(LiveJob::id));
  }

  private static double agedPriority(long nanos, LiveJob job) {
    return job.spec().priority()
        + (double) (nanos - job.queuedNanos()) / FairShare.AGEING.toNanos();
  }

  /** Jobs in memory by owner and by device key. */
  private static final class Census {
    private final Map<String, Integer> owners = new HashMap<>();
    private final Map<DeviceKey, Integer> keys = new HashMap<>();

    Census(List<LiveJob> jobs) {
      jobs.forEach(this::add);
    }

    void add(LiveJob job) {
      owners.merge(job.owner(), 1, Integer::sum);
      keys.merge(job.spec().deviceKey(), 1, Integer::sum);
    }

    int ofOwner(LiveJob job) {
      return owners.getOrDefault(job.owner(), 0);
    }

    int ofKey(LiveJob job) {
      return keys.getOrDefault(job.spec().deviceKey(), 0);
    }
  }
}
