package dev.octune.tuner.model;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Optional;

/**
 * Ranks schedules by predicted speed. Not thread-safe. Native and lazy: nothing is loaded before
 * the first training; training and scoring then run on the model's own thread, one at a time, while
 * the caller waits.
 */
public interface CostModel extends AutoCloseable {
  /**
   * Forgets what it learned and learns from these rows.
   *
   * @throws CostModelException where the native library does not load or refuses
   */
  void train(TrainingSet set);

  /**
   * A score a row, higher for faster; only scores of one training and one task compare.
   *
   * @throws IllegalStateException before the first training
   */
  float[] score(FeatureRows rows);

  /** Frees the native model and ends its thread. Idempotent. */
  @Override
  void close();

  /**
   * What this machine lacks for the native library, with the mend; empty where nothing is missing.
   * Cheap: the library itself is not loaded.
   */
  @SuppressWarnings("restricted") // looks for a system library by name, calls nothing in it
  static Optional<String> missing() {
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup.libraryLookup(XgbLibrary.NEEDS, arena);
      return Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.of(
          XgbLibrary.NEEDS + " is not on this machine. Mend: install it (Debian: libgomp1)");
    }
  }

  /**
   * Boosted trees (docs/adr/0005-cost-model-objective.md).
   *
   * @param seed of the row sampling; the same rows and seed give the same scores
   * @param cpus the only CPUs it may use; empty for any
   */
  static CostModel xgboost(long seed, List<Integer> cpus) {
    return new XgbCostModel(XgbParameters.DEFAULT, seed, cpus);
  }
}
