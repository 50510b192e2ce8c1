package dev.octune.tuner.search;

import dev.octune.tuner.model.CostModel;
import java.util.List;

/**
 * One run's search: makes a strategy for each of its tasks. Strategies of one search that use a
 * cost model share it, so that a task profits from what the others taught. Not thread-safe, nor are
 * its strategies beside each other: one run, one caller.
 */
public final class Search implements AutoCloseable {
  private final StrategyKind kind;
  private final long seed;
  private final SearchSettings settings;
  private final SharedModel model;

  private Search(StrategyKind kind, long seed, CostModel model, SearchSettings settings) {
    this.kind = kind;
    this.seed = seed;
    this.settings = settings;
    this.model = new SharedModel(model, settings);
  }

  /**
   * Opens the search of a run; nothing native is loaded before the cost model first learns.
   *
   * @param seed of every random choice
   */
  public static Search open(StrategyKind kind, long seed) {
    return open(kind, seed, List.of());
  }

  /**
   * Opens the search of a run.
   *
   * @param modelCpus the only CPUs that the cost model may use, those not measured on; empty for
   *     any
   */
  public static Search open(StrategyKind kind, long seed, List<Integer> modelCpus) {
    return open(kind, seed, CostModel.xgboost(seed, modelCpus), SearchSettings.DEFAULT);
  }

  /** For comparing models and settings. */
  static Search open(StrategyKind kind, long seed, CostModel model, SearchSettings settings) {
    return new Search(kind, seed, model, settings);
  }

  /**
   * The strategy of a task.
   *
   * @param known what was measured before, the default's measurement too if there is one: never
   *     proposed again, and a warm start where the strategy learns
   */
  public SearchStrategy strategy(SearchTask task, List<Observation> known) {
    // A task's random choices depend on the task, not on its place in the run's list.
    long taskSeed = seed * 31 + task.workload().text().hashCode();
    SearchStrategy strategy =
        switch (kind) {
          case XGB -> new ModelSearch(task, model, settings, taskSeed);
          case RANDOM -> new RandomSearch(task, taskSeed);
          case GRID -> new GridSearch(task);
        };
    strategy.observe(known);
    return strategy;
  }

  @Override
  public void close() {
    model.close();
  }
}
