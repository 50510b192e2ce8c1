package dev.octune.tuner.search;

import dev.octune.kernels.space.Schedule;
import java.util.ArrayList;
import java.util.List;

/** Walks the space in its own order, the last knob running fastest. */
final class GridSearch implements SearchStrategy {
  private final SearchTask task;
  private final UnseenPoints unseen;
  private int next;

  GridSearch(SearchTask task) {
    this.task = task;
    this.unseen = new UnseenPoints(task);
  }

  @Override
  public List<Schedule> propose(int count) {
    List<Schedule> batch = new ArrayList<>();
    while (batch.size() < count && unseen.remaining() > 0) {
      next = unseen.nextFrom(next);
      unseen.take(next);
      batch.add(task.space().at(next));
    }
    return List.copyOf(batch);
  }

  @Override
  public void observe(List<Observation> observations) {
    observations.forEach(unseen::takeKnown);
  }

  @Override
  public int remaining() {
    return unseen.remaining();
  }
}
