package dev.octune.tuner.model;

import java.util.List;

/**
 * What the model learns from, task by task.
 *
 * @param tasks at least one; labels compare within a task only
 */
public record TrainingSet(List<Task> tasks) {
  public TrainingSet {
    tasks = List.copyOf(tasks);
  }

  /**
   * The rows of one task.
   *
   * @param labels one a row, higher for faster: see {@code CostModel}
   */
  public record Task(FeatureRows rows, List<Double> labels) {
    public Task {
      labels = List.copyOf(labels);
      if (rows.count() != labels.size() || labels.isEmpty()) {
        throw new IllegalArgumentException(
            "%d rows with %d labels, need one each".formatted(rows.count(), labels.size()));
      }
    }
  }

  int rowCount() {
    return tasks.stream().mapToInt(task -> task.rows().count()).sum();
  }
}
