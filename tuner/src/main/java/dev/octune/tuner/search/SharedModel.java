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
 * that task's points and on the newest of the others. Not thread-safe.
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

  /**
   * Learns what there is, unless nothing was measured since this task's last training.
   *
   * @param own has timed points
   */
  void learnFor(TaskExperience own) {
    long version = tasks.stream().mapToLong(TaskExperience::version).sum();
    if (own == trainedFor && version == trainedVersion) {
      return;
    }
    List<TrainingSet.Task> learned = new ArrayList<>();
    learned.add(rows(own, Integer.MAX_VALUE));
    List<TaskExperience> others =
        settings.transferPoints() > 0
            ? tasks.stream().filter(task -> task != own && isTimed(task)).toList()
            : List.of();
    for (TaskExperience other : others) {
      int share = Math.max(1, settings.transferPoints() / others.size());
      learned.add(rows(other, share));
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

  private TrainingSet.Task rows(TaskExperience task, int limit) {
    double bestNanos = task.best().orElseThrow().nanos.getAsDouble();
    FeatureRows rows = new FeatureRows(Feature.count());
    List<Double> labels = new ArrayList<>();
    for (TaskExperience.Point point : task.newest(limit)) {
      rows.add(point.row);
      labels.add(settings.label().of(bestNanos, point.nanos));
    }
    return new TrainingSet.Task(rows, labels);
  }

  private static boolean isTimed(TaskExperience task) {
    return task.best().isPresent();
  }
}
