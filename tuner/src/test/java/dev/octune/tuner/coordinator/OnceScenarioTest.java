package dev.octune.tuner.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.TuningDb;
import dev.octune.kernels.space.Candidate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a living device has measured is never measured again, whoever dies around it. */
class OnceScenarioTest {
  private static final Duration TROUBLE = Duration.ofMinutes(8);
  private static final Duration AT_MOST = Duration.ofHours(2);

  /** The coordinator dies again and again; nothing else breaks. */
  private static FaultPlan deaths(boolean cuts) {
    return new FaultPlan(
        false,
        0,
        0,
        Duration.ofMillis(20),
        Duration.ofSeconds(20),
        Duration.ofDays(1000),
        cuts ? Duration.ofSeconds(70) : Duration.ofDays(1000),
        Duration.ofDays(1000));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void coordinatorKilledAgainAndAgain_eachTrialIsMeasuredOnce(long seed) {
    run(seed, deaths(false), 1 + (int) seed % 3);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void coordinatorKilledAndItsDiskFull_eachTrialIsMeasuredOnce(long seed) {
    run(seed, deaths(true), 1 + (int) seed % 3);
  }

  private static void run(long seed, FaultPlan faults, int devices) {
    TuningDb disk = TuningDb.inMemory();
    Counting counting = new Counting(disk);
    SimulatedWorld world =
        new SimulatedWorld(
            seed,
            faults,
            SimulatedWorld.SETTINGS,
            200,
            Duration.ofMillis(400),
            disk,
            Duration.ofMillis(50),
            counting);
    for (int d = 0; d < devices; d++) {
      world.addDevice(ToyKernels.declaration("toy-" + d, 4), 0.8 + 0.2 * d);
    }
    int trials = 0;
    for (int j = 0; j < 3; j++) {
      // Two of them ask for the same workload.
      JobSpec spec = ToyKernels.spec("owner-" + j, 1, seed * 10 + j, 50, 1 + j / 2);
      trials += 50;
      world.submit(spec);
    }
    world.run(TROUBLE);
    world.calm();
    world.runToTheEnd(AT_MOST);
    assertTrue(world.process() > 3, () -> "seed " + seed + ": it was hardly killed");
    assertEquals(3, world.accepted().size());
    assertEquals(trials, counting.finished.size(), () -> "trials of seed " + seed);
    assertEquals(
        List.of(),
        counting.finished.entrySet().stream().filter(e -> e.getValue() > 1).toList(),
        () -> "measured again; seed " + seed);
  }

  /** Counts what devices have finished. */
  private static final class Counting extends Rules {
    private final Map<Candidate, Integer> finished = new HashMap<>();

    Counting(TuningDb disk) {
      super(disk);
    }

    @Override
    void measured(Lease lease) {
      lease
          .errand()
          .filter(errand -> errand.kind() == Errand.Kind.TRIAL)
          .ifPresent(errand -> finished.merge(errand.candidates().getFirst(), 1, Integer::sum));
    }
  }
}
