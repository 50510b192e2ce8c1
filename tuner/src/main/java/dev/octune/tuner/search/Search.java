package dev.octune.tuner.search;

import java.util.List;

/**
 * One run's search: makes a strategy for each of its tasks. Strategies of one search that use a
 * cost model share it, so that a task profits from what the others taught. Not thread-safe, nor are
 * its strategies beside each other: one run, one caller.
 */
public final class Search implements AutoCloseable {
  private final StrategyKind kind;
  private final long seed;

  private Search(StrategyKind kind, long seed) {
    this.kind = kind;
    this.seed = seed;
  }

  /**
   * Opens the search of a run; nothing native is loaded before a cost model is needed.
   *
   * @param seed of every random choice
   */
  public static Search open(StrategyKind kind, long seed) {
    return new Search(kind, seed);
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
          case RANDOM, XGB -> new RandomSearch(task, taskSeed);
          case GRID -> new GridSearch(task);
        };
    strategy.observe(known);
    return strategy;
  }

  @Override
  public void close() {}
}
