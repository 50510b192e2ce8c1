package dev.octune.tuner.model;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.jspecify.annotations.Nullable;

/** Boosted trees by XGBoost. */
final class XgbCostModel implements CostModel {
  private final XgbParameters parameters;
  private final int seed;
  private final ModelThread thread;
  private final AtomicBoolean closed = new AtomicBoolean();
  // Confined to the model's thread.
  private boolean loaded;
  private @Nullable Booster booster;

  XgbCostModel(XgbParameters parameters, long seed, List<Integer> cpus) {
    this.parameters = parameters;
    this.seed = Long.hashCode(seed) & Integer.MAX_VALUE;
    this.thread = new ModelThread(cpus);
  }

  @Override
  public void train(TrainingSet set) {
    thread.call(
        () -> {
          if (!loaded) {
            XgbLibrary.load();
            loaded = true;
          }
          dispose();
          booster = trained(set);
          return set;
        });
  }

  @Override
  public float[] score(FeatureRows rows) {
    return thread.call(
        () -> {
          if (booster == null) {
            throw new IllegalStateException("score before train");
          }
          if (rows.count() == 0) {
            return new float[0];
          }
          float[][] predicted =
              booster.inplace_predict(rows.packed(), rows.count(), rows.columns(), Float.NaN);
          float[] scores = new float[predicted.length];
          for (int i = 0; i < scores.length; i++) {
            scores[i] = predicted[i][0];
          }
          return scores;
        });
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      thread.call(
          () -> {
            dispose();
            return true;
          });
      thread.close();
    }
  }

  private Booster trained(TrainingSet set) throws XGBoostError {
    int count = set.rowCount();
    FeatureRows rows = new FeatureRows(set.tasks().getFirst().rows().columns());
    float[] labels = new float[count];
    int[] groups = new int[set.tasks().size()];
    for (int t = 0; t < groups.length; t++) {
      TrainingSet.Task task = set.tasks().get(t);
      for (int i = 0; i < task.rows().count(); i++) {
        labels[rows.count()] = task.labels().get(i).floatValue();
        rows.add(task.rows(), i);
      }
      groups[t] = task.rows().count();
    }
    DMatrix matrix = new DMatrix(rows.packed(), count, rows.columns(), Float.NaN);
    try {
      matrix.setLabel(labels);
      if (parameters.objective() == XgbParameters.Objective.PAIRWISE_RANK) {
        matrix.setGroup(groups);
      }
      return XGBoost.train(
          matrix, parameters.asMap(seed), parameters.trees(), Map.of(), null, null);
    } finally {
      matrix.dispose();
    }
  }

  private void dispose() {
    if (booster != null) {
      booster.dispose();
      booster = null;
    }
  }
}
