package dev.octune.tuner.coordinator;

import dev.octune.db.job.JobChange;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What is on its way to the store. A fact that must be kept is written again until it is durable; a
 * request that fails is refused. Meanwhile the store is in trouble, and nothing new is begun.
 */
final class Ledger {
  /** A disk that was full may have room again. */
  static final Duration RETRY_EVERY = Duration.ofSeconds(1);

  /** Beyond this a person has to look, and a new process finds everything that was stored. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Map<Long, Entry> open = new TreeMap<>();
  private final Map<Long, String> failed = new TreeMap<>();
  private long lastWrite;
  private long troubleSinceNanos;
  private long lastRetryNanos;
  private Optional<String> halted = Optional.empty();

  private record Entry(
      JobChange change, Consumer<Moment> stored, Optional<BiConsumer<Moment, String>> refused) {}

  /** Stores what must not be lost. */
  void keep(Moment moment, JobChange change, Consumer<Moment> stored) {
    write(moment, new Entry(change, stored, Optional.empty()));
  }

  /** Stores what may fail. */
  void attempt(
      Moment moment,
      JobChange change,
      Consumer<Moment> stored,
      BiConsumer<Moment, String> refused) {
    write(moment, new Entry(change, stored, Optional.of(refused)));
  }

  void stored(Moment moment, long write) {
    Entry entry = open.remove(write);
    failed.remove(write);
    if (entry != null) {
      entry.stored.accept(moment);
    }
  }

  /**
   * Takes in a failure.
   *
   * @param lasting no later write will do better
   */
  void failed(Moment moment, long write, String reason, boolean lasting) {
    Entry entry = open.get(write);
    if (entry == null) {
      return;
    }
    if (entry.refused.isPresent()) {
      open.remove(write);
      entry.refused.get().accept(moment, reason);
    } else {
      if (failed.isEmpty()) {
        troubleSinceNanos = moment.nanos();
        lastRetryNanos = moment.nanos();
      }
      failed.put(write, reason);
    }
    if (lasting) {
      halt(moment, reason);
    }
  }

  /** Writes again what failed, in its order. */
  void tick(Moment moment) {
    if (failed.isEmpty() || halted.isPresent()) {
      return;
    }
    if (moment.nanos() - troubleSinceNanos > PATIENCE.toNanos()) {
      halt(moment, failed.values().iterator().next());
    } else if (moment.nanos() - lastRetryNanos >= RETRY_EVERY.toNanos()) {
      lastRetryNanos = moment.nanos();
      List.copyOf(failed.keySet())
          .forEach(
              write -> {
                Entry entry = open.get(write);
                if (entry != null) {
                  moment.decide(new CoordinatorEffect.Persist(write, entry.change));
                }
              });
    }
  }

  /** Why nothing new may begin; empty while the store works. */
  Optional<String> trouble() {
    return halted.isPresent() ? halted : failed.values().stream().findFirst();
  }

  boolean isHalted() {
    return halted.isPresent();
  }

  private void write(Moment moment, Entry entry) {
    open.put(++lastWrite, entry);
    moment.decide(new CoordinatorEffect.Persist(lastWrite, entry.change));
  }

  private void halt(Moment moment, String reason) {
    if (halted.isEmpty()) {
      halted = Optional.of(reason);
      moment.decide(new CoordinatorEffect.Halt(reason));
    }
  }
}
