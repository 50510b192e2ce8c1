package dev.octune.tuner.search;

import dev.octune.kernels.features.Feature;
import dev.octune.tuner.model.CostModel;
import dev.octune.tuner.model.FeatureRows;
import dev.octune.tuner.model.TrainingSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cost model that the tasks of one search share. Before it scores for a task it is trained on
 * that task's points and, at less weight, on those of the others. Not thread-safe.
 */
final class SharedModel implements AutoCloseable {
  private final CostModel model;
  private final SearchSettings settings;
  private final List<TaskExperience> tasks = new ArrayList<>();
  private @Nullable TaskExperience trainedFor;
  private long trainedVersion;

  SharedModel(CostModel model, SearchSettings settings) {
    this.model = model;
    this.settings = settings;
  }

  TaskExperience newTask() {
    TaskExperience task = new TaskExperience();
    tasks.add(task);
    return task;
  }

  /** True once there is something to learn from for this task. */
  boolean canLearn(TaskExperience own) {
    return own.best().isPresent()
        || (settings.transfer() && tasks.stream().anyMatch(SharedModel::isTimed));
  }

  /** Learns what there is, unless nothing was measured since this task's last training. */
  void learnFor(TaskExperience own) {
    long version = tasks.stream().mapToLong(TaskExperience::version).sum();
    if (own == trainedFor && version == trainedVersion) {
      return;
    }
    List<TrainingSet.Task> learned = new ArrayList<>();
    if (isTimed(own)) {
      learned.add(rows(own, Integer.MAX_VALUE, 1));
    }
    List<TaskExperience> others =
        settings.transfer()
            ? tasks.stream().filter(task -> task != own && isTimed(task)).toList()
            : List.of();
    for (TaskExperience other : others) {
      int share = Math.max(1, settings.transferPoints() / others.size());
      learned.add(rows(other, share, settings.transferWeight()));
    }
    model.train(new TrainingSet(learned));
    trainedFor = own;
    trainedVersion = version;
  }

  /** Scores of rows, higher for faster; valid for the task that was last learned for. */
  float[] score(FeatureRows rows) {
    return model.score(rows);
  }

  @Override
  public void close() {
    model.close();
  }

  private TrainingSet.Task rows(TaskExperience task, int limit, double weight) {
    double bestNanos = task.best().orElseThrow().nanos.getAsDouble();
    FeatureRows rows = new FeatureRows(Feature.count());
    List<Double> labels = new ArrayList<>();
    for (TaskExperience.Point point : task.newest(limit)) {
      rows.add(point.row);
      labels.add(settings.label().of(bestNanos, point.nanos));
    }
    return new TrainingSet.Task(rows, labels, weight);
  }

  private static boolean isTimed(TaskExperience task) {
    return task.best().isPresent();
  }
}
