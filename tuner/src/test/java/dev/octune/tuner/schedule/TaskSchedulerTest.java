package dev.octune.tuner.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TaskSchedulerTest {
  private static final int PLENTY = 10_000;

  @Test
  void next_freshTasks_givesEachAFirstBatchHeaviestFirst() {
    TaskScheduler scheduler = new TaskScheduler(600, 8);
    List<TaskProgress> tasks =
        new ArrayList<>(List.of(fresh(1, 100), fresh(3, 90), fresh(2, 100), fresh(1, 300)));
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      Turn turn = scheduler.next(tasks).orElseThrow();
      order.add(turn.task());
      assertEquals(8, turn.trials());
      TaskProgress task = tasks.get(turn.task());
      tasks.set(turn.task(), new TaskProgress(task.uses(), 8, task.bestNanos(), PLENTY));
    }
    assertEquals(List.of(3, 1, 2, 0), order);
  }

  @Test
  void next_equalHistory_favoursTheCostlier() {
    List<TaskProgress> tasks =
        List.of(
            new TaskProgress(1, 16, List.of(100.0, 90.0), PLENTY),
            new TaskProgress(4, 16, List.of(100.0, 90.0), PLENTY));
    assertEquals(Optional.of(new Turn(1, 8)), new TaskScheduler(600, 8).next(tasks));
  }

  @Test
  void next_equalCost_favoursTheOneThatGains() {
    List<TaskProgress> tasks =
        List.of(
            new TaskProgress(1, 40, List.of(100.0, 80.0, 80.0, 80.0, 80.0, 80.0), PLENTY),
            new TaskProgress(1, 40, List.of(200.0, 180.0, 160.0, 140.0, 100.0, 80.0), PLENTY));
    assertEquals(1, new TaskScheduler(600, 8).next(tasks).orElseThrow().task());
  }

  @Test
  void next_manyTurns_neverStarvesACheapTask() {
    TaskScheduler scheduler = new TaskScheduler(600, 8);
    List<TaskProgress> tasks = new ArrayList<>(List.of(fresh(1, 10), fresh(1, 100)));
    for (int i = 0; i < 75; i++) {
      Turn turn = scheduler.next(tasks).orElseThrow();
      TaskProgress task = tasks.get(turn.task());
      List<Double> best = new ArrayList<>(task.bestNanos());
      best.add(best.getLast());
      int trials = task.trials() + turn.trials();
      tasks.set(turn.task(), new TaskProgress(task.uses(), trials, best, PLENTY - trials));
    }
    assertEquals(600, tasks.get(0).trials() + tasks.get(1).trials());
    assertTrue(tasks.get(0).trials() >= 24, () -> "cheap task got " + tasks.get(0).trials());
    assertTrue(tasks.get(1).trials() > 3 * tasks.get(0).trials());
  }

  @Test
  void next_exhaustedSpace_isPassedOver() {
    List<TaskProgress> tasks =
        List.of(
            new TaskProgress(9, 8, List.of(1000.0), 0), new TaskProgress(1, 8, List.of(10.0), 3));
    assertEquals(Optional.of(new Turn(1, 3)), new TaskScheduler(600, 8).next(tasks));
    assertEquals(
        Optional.empty(),
        new TaskScheduler(600, 8).next(List.of(new TaskProgress(9, 8, List.of(1000.0), 0))));
  }

  @Test
  void next_budget_isKeptToTheTrial() {
    List<TaskProgress> tasks = List.of(new TaskProgress(1, 13, List.of(10.0), PLENTY));
    assertEquals(Optional.of(new Turn(0, 3)), new TaskScheduler(16, 8).next(tasks));
    assertEquals(Optional.empty(), new TaskScheduler(13, 8).next(tasks));
    assertEquals(Optional.empty(), new TaskScheduler(0, 8).next(List.of(fresh(1, 10))));
  }

  @Test
  void next_budgetBelowABatchEach_reachesEveryTask() {
    TaskScheduler scheduler = new TaskScheduler(9, 8);
    List<TaskProgress> tasks =
        List.of(
            new TaskProgress(1, 3, List.of(10.0), PLENTY),
            new TaskProgress(1, 3, List.of(10.0), PLENTY),
            fresh(1, 1));
    assertEquals(Optional.of(new Turn(2, 3)), scheduler.next(tasks));
  }

  @Test
  void next_taskThatOnlyFails_sharesWithTheOthers() {
    TaskScheduler scheduler = new TaskScheduler(600, 8);
    List<TaskProgress> tasks =
        List.of(
            new TaskProgress(1, 64, List.of(), PLENTY),
            new TaskProgress(1, 8, List.of(100.0), PLENTY));
    assertEquals(1, scheduler.next(tasks).orElseThrow().task());
  }

  private static TaskProgress fresh(int uses, double bestNanos) {
    return new TaskProgress(uses, 0, List.of(bestNanos), PLENTY);
  }
}
