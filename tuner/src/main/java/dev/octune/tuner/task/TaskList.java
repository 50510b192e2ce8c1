package dev.octune.tuner.task;

import java.util.List;

/**
 * What a network asks of the tuner: each convolution, matrix product and fully connected layer is
 * one use of one task or one uncovered layer. Other operators that hold multiply-adds (recurrent
 * layers, SVDF, custom operators) are uncovered too.
 *
 * @param tasks in the order of their first layer, each workload once
 * @param uncovered in the order of the network
 */
public record TaskList(List<TuningTask> tasks, List<UncoveredLayer> uncovered) {
  public TaskList {
    tasks = List.copyOf(tasks);
    uncovered = List.copyOf(uncovered);
  }

  /** Layers that have a task. */
  public int uses() {
    return tasks.stream().mapToInt(TuningTask::uses).sum();
  }
}
