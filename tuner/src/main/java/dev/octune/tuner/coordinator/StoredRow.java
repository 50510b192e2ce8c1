package dev.octune.tuner.coordinator;

import dev.octune.db.job.JobChange;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A row that changes and of which the last word counts: one write of it at a time, so that none
 * overtakes another.
 */
final class StoredRow<R> {
  private final Supplier<R> newest;
  private final Function<R, JobChange> change;
  private Optional<R> stored;
  private boolean isWriting;

  /**
   * A row.
   *
   * @param stored what the store has of it
   * @param newest how it is now
   */
  StoredRow(Optional<R> stored, Supplier<R> newest, Function<R, JobChange> change) {
    this.stored = stored;
    this.newest = newest;
    this.change = change;
  }

  /** What is durable. */
  Optional<R> stored() {
    return stored;
  }

  /** Brings the store up to date; {@code then} runs after each write that it takes. */
  void write(Moment moment, Ledger ledger, Consumer<Moment> then) {
    R row = newest.get();
    if (isWriting || stored.equals(Optional.of(row))) {
      return;
    }
    isWriting = true;
    ledger.keep(
        moment,
        change.apply(row),
        later -> {
          isWriting = false;
          stored = Optional.of(row);
          write(later, ledger, then);
          then.accept(later);
        });
  }
}
