package dev.octune.tuner.search;

import dev.octune.kernels.space.Schedule;
import java.util.ArrayList;
import java.util.List;

/** Walks the space in a seeded random order. The yardstick of every other strategy. */
final class RandomSearch implements SearchStrategy {
  private final SearchTask task;
  private final UnseenPoints unseen;
  private final Permutation order;
  private int position;

  RandomSearch(SearchTask task, long seed) {
    this.task = task;
    this.unseen = new UnseenPoints(task);
    this.order = new Permutation(task.space().size(), seed);
  }

  @Override
  public List<Schedule> propose(int count) {
    List<Schedule> batch = new ArrayList<>();
    while (batch.size() < count && unseen.remaining() > 0) {
      int index = order.at(position++);
      if (unseen.take(index)) {
        batch.add(task.space().at(index));
      }
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
