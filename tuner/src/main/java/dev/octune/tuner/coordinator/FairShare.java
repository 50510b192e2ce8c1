package dev.octune.tuner.coordinator;

import dev.octune.kernels.target.DeviceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who gets a device of one key next: weighted fair queuing in device-seconds among owners, priority
 * with ageing among the jobs of one owner.
 *
 * <p>An owner's debt is the device time it was charged over its weight; the smallest debt goes
 * first. A lease is charged what it is expected to take when it is given, and the difference once
 * it is over, so that an owner can't fill every slot before the first answer. An owner that comes
 * back from having nothing to do starts at the others' debt less a small credit: idle time is not
 * saved up, but a moment's wait for a store or a cost model costs nothing.
 */
final class FairShare {
  /** An owner whose weight leaves it next to nothing still gets a lease this often. */
  static final Duration STARVING = Duration.ofMinutes(10);

  /** A waiting job gains one point of priority in this time: all 200 of them in four hours. */
  static final Duration AGEING = Duration.ofSeconds(72);

  /** What an owner may catch up on after a pause, for each device of the key. */
  private static final double CREDIT_SECONDS = 10;

  private final Map<String, Owner> owners = new TreeMap<>();

  private static final class Owner {
    private final List<LiveJob> jobs = new ArrayList<>();
    private double debtSeconds;
    private int openLeases;
    private long servedNanos;

    private boolean isBusy() {
      return openLeases > 0 || !jobs.isEmpty();
    }
  }

  /** A job's work, to be given out in order; work that was lost goes first. */
  void add(Moment moment, LiveJob job, Work work, boolean first, int devices) {
    Owner owner = owners.get(job.owner());
    if (owner == null || !owner.isBusy()) {
      double least = leastDebt();
      if (owner == null) {
        owner = new Owner();
        owner.debtSeconds = least;
        owners.put(job.owner(), owner);
      } else {
        owner.debtSeconds = Math.max(owner.debtSeconds, least - CREDIT_SECONDS * devices);
      }
      owner.servedNanos = moment.nanos();
    }
    if (job.wanted().isEmpty()) {
      owner.jobs.add(job);
      job.waitsSince(moment.nanos());
    }
    if (first) {
      job.wanted().addFirst(work);
    } else {
      job.wanted().addLast(work);
    }
  }

  /** Forgets some of what a job still wants. */
  void withdraw(LiveJob job, List<Work> given) {
    job.wanted().removeAll(given);
    Owner owner = owners.get(job.owner());
    if (owner != null && job.wanted().isEmpty()) {
      owner.jobs.remove(job);
    }
  }

  /** Work that waits for a second device's word. */
  List<Work> doubted() {
    return owners.values().stream()
        .flatMap(owner -> owner.jobs.stream())
        .flatMap(job -> job.wanted().stream())
        .filter(work -> work.doubt().isPresent())
        .toList();
  }

  boolean hasWork() {
    return owners.values().stream().anyMatch(owner -> !owner.jobs.isEmpty());
  }

  /** The next work for a device, with the charge for it. */
  Optional<Work> take(Moment moment, DeviceId device, double expectedSeconds) {
    List<Owner> waiting =
        owners.values().stream()
            .filter(owner -> !owner.jobs.isEmpty())
            .sorted(
                Comparator.comparing((Owner owner) -> !isStarving(moment, owner))
                    .thenComparingDouble(owner -> owner.debtSeconds))
            .toList();
    for (Owner owner : waiting) {
      Optional<Work> work = take(moment, owner, device);
      if (work.isPresent()) {
        owner.openLeases++;
        owner.servedNanos = moment.nanos();
        charge(owner, jobOf(work.get()), expectedSeconds);
        return work;
      }
    }
    return Optional.empty();
  }

  /** A lease is over: its owner pays what it took in place of what was expected. */
  void settle(LiveJob job, double expectedSeconds, double seconds) {
    Owner owner = owners.get(job.owner());
    if (owner != null) {
      owner.openLeases--;
      charge(owner, job, seconds - expectedSeconds);
    }
  }

  private Optional<Work> take(Moment moment, Owner owner, DeviceId device) {
    List<LiveJob> jobs =
        owner.jobs.stream()
            .sorted(
                Comparator.comparingDouble((LiveJob job) -> -agedPriority(moment, job))
                    .thenComparing(LiveJob::id))
            .toList();
    for (LiveJob job : jobs) {
      for (Iterator<Work> wanted = job.wanted().iterator(); wanted.hasNext(); ) {
        Work work = wanted.next();
        if (work.suits(device)) {
          wanted.remove();
          job.waitsSince(moment.nanos());
          if (job.wanted().isEmpty()) {
            owner.jobs.remove(job);
          }
          return Optional.of(work);
        }
      }
    }
    return Optional.empty();
  }

  private static double agedPriority(Moment moment, LiveJob job) {
    return job.spec().priority()
        + (double) (moment.nanos() - job.waitsSinceNanos()) / AGEING.toNanos();
  }

  private static boolean isStarving(Moment moment, Owner owner) {
    return moment.nanos() - owner.servedNanos > STARVING.toNanos();
  }

  private static void charge(Owner owner, LiveJob job, double seconds) {
    owner.debtSeconds += seconds / job.spec().weight();
  }

  private static LiveJob jobOf(Work work) {
    return work.job().orElseThrow();
  }

  private double leastDebt() {
    return owners.values().stream()
        .filter(Owner::isBusy)
        .mapToDouble(owner -> owner.debtSeconds)
        .min()
        .orElseGet(() -> owners.values().stream().mapToDouble(o -> o.debtSeconds).max().orElse(0));
  }
}
