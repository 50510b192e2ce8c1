package dev.octune.tuner.model;

import java.util.HashMap;
import java.util.Map;

/**
 * How the trees are grown; docs/adr/0005-cost-model-objective.md holds the evidence for each value.
 *
 * @param objective what training minimises
 * @param trees boosting rounds
 * @param maxDepth splits from root to leaf: interactions of as many knobs
 * @param eta share of each tree's answer that is used
 * @param minChildWeight least rows (by weight) in a leaf
 * @param maxBins distinct values kept of each feature; knobs have fewer
 */
record XgbParameters(
    Objective objective, int trees, int maxDepth, double eta, double minChildWeight, int maxBins) {
  static final XgbParameters DEFAULT = new XgbParameters(Objective.REGRESSION, 40, 4, 0.2, 1, 32);

  /** Partners drawn for each row in each round. */
  private static final int RANK_PAIRS = 8;

  enum Objective {
    /** Squared error of the label. */
    REGRESSION("reg:squarederror"),
    /** Order of pairs within a task. */
    PAIRWISE_RANK("rank:pairwise");

    private final String text;

    Objective(String text) {
      this.text = text;
    }
  }

  /** As XGBoost names them. One thread: more would run on CPUs that are being measured. */
  Map<String, Object> asMap(long seed) {
    Map<String, Object> map = new HashMap<>();
    map.put("objective", objective.text);
    map.put("tree_method", "hist");
    map.put("max_depth", maxDepth);
    map.put("eta", eta);
    map.put("min_child_weight", minChildWeight);
    map.put("max_bin", maxBins);
    map.put("nthread", 1);
    map.put("seed", seed);
    map.put("verbosity", 0);
    if (objective == Objective.PAIRWISE_RANK) {
      map.put("lambdarank_pair_method", "mean");
      map.put("lambdarank_num_pair_per_sample", RANK_PAIRS);
    }
    return map;
  }
}
