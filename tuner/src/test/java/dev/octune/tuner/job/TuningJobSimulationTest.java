package dev.octune.tuner.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.search.Observation;
import dev.octune.tuner.search.SearchStrategy;
import dev.octune.tuner.task.TuningTask;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The machine against a simulated device and store; time and order belong to the test. */
class TuningJobSimulationTest {
  private static final Target TARGET = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int MAX_STEPS = 100_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void job_anyOrderOfAnswers_everyTrialEndsOnce(long seed) {
    System.out.println("seed " + seed);
    World world = new World(seed, 3, 40, budget(50));
    JobResult result = world.run();
    assertEquals(50, result.trials());
    assertEquals(50, world.storedTrials.size());
    assertEquals(50, new HashSet<>(world.storedTrials).size(), "no trial is stored twice");
    assertEquals(result.trials(), result.tasks().stream().mapToInt(TaskResult::newTrials).sum());
    for (TaskResult task : result.tasks()) {
      TaskResult.Tuned tuned = task.tuned().orElseThrow();
      assertTrue(tuned.speedup() >= 1, "best is never slower than the default");
    }
  }

  @Test
  void job_budgetBeyondSpaces_endsExhausted() {
    World world = new World(7, 2, 10, budget(1000));
    JobResult result = world.run();
    assertEquals(2 * 9, result.trials(), "the default is no trial");
    assertTrue(result.stopped().isEmpty());
  }

  @Test
  void job_zeroTrials_confirmsDefaults() {
    JobResult result = new World(7, 2, 10, budget(0)).run();
    assertEquals(0, result.trials());
    for (TaskResult task : result.tasks()) {
      assertEquals(TaskResult.Source.DEFAULT, task.tuned().orElseThrow().source());
    }
  }

  @Test
  void job_timeBudget_stopsProposing() {
    Budget budget =
        new Budget(OptionalInt.empty(), OptionalInt.empty(), Optional.of(Duration.ofMillis(200)));
    JobResult result = new World(7, 2, 4000, budget).run();
    assertTrue(result.trials() > 0 && result.trials() < 400, "trials " + result.trials());
  }

  @Test
  void job_stopRequested_withdrawsWhatHasNotBegunAndConfirmsTheRest() {
    World world = new World(3, 2, 500, budget(400));
    world.stopAfterTrials = 30;
    JobResult result = world.run();
    assertEquals(Optional.of("test"), result.stopped());
    assertTrue(result.trials() >= 30 && result.trials() < 60, "trials " + result.trials());
    assertEquals(result.trials(), world.storedTrials.size());
  }

  @Test
  void job_deviceLostForGood_failsInsteadOfSpendingItsBudget() {
    World world = new World(3, 2, 500, budget(400));
    world.lost = true;
    IllegalStateException failure = assertThrows(IllegalStateException.class, world::run);
    assertTrue(String.valueOf(failure.getMessage()).contains("gone"), failure.getMessage());
    // 24 counted ones, and whatever of the two open batches was on its way to the store.
    int stored = world.storedTrials.size();
    assertTrue(stored >= 24 && stored < 24 + 2 * 8, "stored " + stored);
  }

  @Test
  void job_sameMeasurements_sameProposals() {
    World one = new World(11, 3, 200, budget(120));
    World two = new World(11, 3, 200, budget(120));
    // Another order of arrival within the open batches must not change what is proposed.
    two.order = new Random(99);
    one.run();
    two.run();
    assertEquals(one.proposed, two.proposed);
  }

  @Test
  void propose_batchK_knowsNoMoreThanBatchKMinus2() {
    World world = new World(5, 1, 400, budget(160));
    world.run();
    // With batches of 8 the strategy has seen (k − 1) · 8 results when batch k is proposed.
    List<Integer> seen = world.strategies.getFirst().seenAtProposal;
    for (int k = 0; k < seen.size(); k++) {
      assertEquals(Math.max(0, k - 1) * 8, seen.get(k), "batch " + k);
    }
  }

  private static Budget budget(int trials) {
    return new Budget(OptionalInt.of(trials), OptionalInt.empty(), Optional.empty());
  }

  /** A device and a store with a seeded order of answers; times follow from the schedule alone. */
  private static final class World {
    private final long seed;
    private final TuningJob job;
    private final List<CountingStrategy> strategies = new ArrayList<>();
    private final List<Candidate> storedTrials = new ArrayList<>();
    private final List<Candidate> proposed = new ArrayList<>();
    private Random order;
    private boolean lost;
    private int stopAfterTrials = Integer.MAX_VALUE;

    World(long seed, int tasks, int spaceSize, Budget budget) {
      this.seed = seed;
      this.order = new Random(seed);
      List<TaskPlan> plans = new ArrayList<>();
      for (int t = 0; t < tasks; t++) {
        int[] sizes = new int[spaceSize];
        for (int i = 0; i < spaceSize; i++) {
          sizes[i] = i;
        }
        ConfigSpace space =
            ConfigSpace.of("plain", 1, List.of(Knob.Size.of("tile", sizes)), _ -> true);
        CountingStrategy strategy = new CountingStrategy(space);
        strategies.add(strategy);
        Workload workload =
            Workload.parse("dense_int8 m=1 k=8 n=%d act=u8 wgt=s8 out=s32".formatted(t + 1));
        plans.add(
            new TaskPlan(
                new TuningTask(workload, t + 1, List.of()),
                TARGET,
                strategy,
                space.at(0),
                spaceSize,
                List.of(),
                0,
                Optional.empty(),
                TaskPlan.Standing.NEW));
      }
      job = new TuningJob(plans, budget, START);
    }

    JobResult run() {
      List<Event> pending = new ArrayList<>(List.of(new Event.Started()));
      Instant now = START;
      boolean stopped = false;
      for (int step = 0; step < MAX_STEPS; step++) {
        if (pending.isEmpty()) {
          throw new AssertionError("nothing is pending and the job has not finished");
        }
        Event event = pending.remove(order.nextInt(pending.size()));
        now = now.plusMillis(1);
        for (Effect effect : job.step(event, now)) {
          switch (effect) {
            case Effect.MeasureTrial(int trial, Candidate candidate, var _) -> {
              proposed.add(candidate);
              pending.add(new Event.TrialMeasured(trial, measure(candidate)));
            }
            case Effect.MeasureDefault(int task, Candidate candidate) ->
                pending.add(new Event.DefaultMeasured(task, measure(candidate)));
            case Effect.StoreTrial(int trial, Candidate candidate, Measurement _) -> {
              storedTrials.add(candidate);
              pending.add(new Event.TrialStored(trial));
            }
            case Effect.StoreDefault _ -> {}
            case Effect.Confirm(int task, List<Candidate> candidates) ->
                pending.add(
                    new Event.ConfirmationMeasured(
                        task, candidates.stream().map(this::timed).toList()));
            case Effect.StoreResult(int task, var _, var _, var _) ->
                pending.add(new Event.ResultStored(task));
            case Effect.CancelQueued _ ->
                pending.replaceAll(
                    p ->
                        p instanceof Event.TrialMeasured(int trial, var _)
                            ? new Event.TrialWithdrawn(trial)
                            : p instanceof Event.DefaultMeasured(int task, var _)
                                ? new Event.DefaultWithdrawn(task)
                                : p);
            case Effect.Fail(String reason) -> throw new IllegalStateException(reason);
            case Effect.Finish(JobResult result) -> {
              assertFalse(
                  pending.stream().anyMatch(p -> p instanceof Event.TrialMeasured),
                  "a finished job waits for nothing");
              return result;
            }
          }
        }
        if (!stopped && storedTrials.size() >= stopAfterTrials) {
          stopped = true;
          pending.add(0, new Event.StopRequested("test"));
        }
      }
      throw new AssertionError("the job does not end");
    }

    private Measurement measure(Candidate candidate) {
      if (lost) {
        return new Measurement.DeviceLost("gone");
      }
      return candidate.schedule().size("tile") % 7 == 3
          ? new Measurement.BuildFailed("planted")
          : timed(candidate);
    }

    private Measurement timed(Candidate candidate) {
      double nanos = 100 + new Random(seed ^ candidate.schedule().size("tile")).nextInt(1000);
      return new Measurement.Timed(
          List.of(new Measurement.Placement(0, List.of(new Measurement.Sample(nanos, 10, false)))),
          Measurement.CacheState.HOT);
    }
  }

  /** Proposes in space order and notes how much it had seen. */
  private static final class CountingStrategy implements SearchStrategy {
    private final Deque<Schedule> left = new ArrayDeque<>();
    private final List<Integer> seenAtProposal = new ArrayList<>();
    private final Map<Schedule, Measurement> seen = new java.util.HashMap<>();

    CountingStrategy(ConfigSpace space) {
      for (int i = 1; i < space.size(); i++) {
        left.add(space.at(i));
      }
    }

    @Override
    public List<Schedule> propose(int count) {
      seenAtProposal.add(seen.size());
      List<Schedule> chosen = new ArrayList<>();
      while (chosen.size() < count && !left.isEmpty()) {
        chosen.add(left.removeFirst());
      }
      return chosen;
    }

    @Override
    public void observe(List<Observation> observations) {
      for (Observation o : observations) {
        assertTrue(seen.put(o.schedule(), o.measurement()) == null, "observed twice");
      }
    }

    @Override
    public int remaining() {
      return left.size();
    }
  }
}
