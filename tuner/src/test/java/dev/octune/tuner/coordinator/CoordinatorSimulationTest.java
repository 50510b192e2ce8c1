package dev.octune.tuner.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The coordinator's machine in worlds where everything breaks: messages are lost, repeated and
 * overtake each other, devices die, drift, lie and hang, cables are cut, the disk is full, clocks
 * leap, the coordinator is killed at any point and starts from what is stored. {@link Rules} are
 * checked at each step.
 *
 * <p>{@code -Dsim.seed=S} replays one world, {@code -Dsim.seeds=10000} runs as many.
 */
class CoordinatorSimulationTest {
  private static final int SEEDS = Integer.getInteger("sim.seeds", 200);

  /** Trouble for so long, then calm. */
  private static final Duration TROUBLE = Duration.ofMinutes(4);

  private static final Duration AT_MOST = Duration.ofHours(6);

  @Test
  void world_anyFaults_nothingIsLostNorCountedTwiceAndJobsEnd() {
    Long replayed = Long.getLong("sim.seed");
    if (replayed != null) {
      System.out.println("simulation of seed " + replayed + ": " + run(replayed) + " steps");
      return;
    }
    long fresh = new Random().nextLong() & 0xFFFF_FFFFL;
    System.out.println("simulation of seeds 1 to " + SEEDS + " and of fresh seed " + fresh);
    long began = System.nanoTime();
    long steps =
        LongStream.concat(LongStream.rangeClosed(1, SEEDS), LongStream.of(fresh))
            .map(CoordinatorSimulationTest::run)
            .sum();
    System.out.printf(
        "%d worlds, %d steps, %.1f s%n", SEEDS + 1, steps, (System.nanoTime() - began) / 1e9);
  }

  /**
   * 3749: results of an earlier process came to a job whose budget was spent, and all counted.
   * 1483: a confirmation that was durable came back from its device, and answered for the next one.
   */
  @ParameterizedTest
  @ValueSource(longs = {1483, 3749})
  void world_thatFailedOnce_failsNoMore(long seed) {
    assertTrue(run(seed) > 0);
  }

  @Test
  void world_sameSeed_sameSteps() {
    assertEquals(run(4711), run(4711));
  }

  private static long run(long seed) {
    try {
      Random random = new Random(seed);
      SimulatedWorld world =
          SimulatedWorld.of(
              random.nextLong(),
              FaultPlan.draw(random),
              SimulatedWorld.SETTINGS,
              random.nextInt(5, 60),
              Duration.ofMillis(random.nextInt(20, 1500)));
      int devices = random.nextInt(1, 6);
      for (int d = 0; d < devices; d++) {
        world.addDevice(
            ToyKernels.declaration("toy-" + d, random.nextInt(1, 5)),
            0.7 + random.nextDouble() * 0.6);
      }
      int jobs = random.nextInt(2, 7);
      for (int j = 0; j < jobs; j++) {
        // Some jobs share a workload: their confirmations must not undo each other.
        int first = 1 + random.nextInt(8);
        JobSpec spec =
            ToyKernels.spec(
                "owner-" + random.nextInt(3),
                1 + random.nextInt(3),
                seed * 100 + j,
                random.nextInt(60),
                first,
                first + 1 + random.nextInt(3));
        world.time().after(random.nextLong(TROUBLE.toNanos() / 2), () -> world.submit(spec));
      }
      for (int m = random.nextInt(6); m > 0; m--) {
        world.time().after(random.nextLong(TROUBLE.toNanos()), world::meddle);
      }
      world.run(TROUBLE);
      world.calm();
      world.runToTheEnd(AT_MOST);
      return world.steps();
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + seed + " fails; replay with -Dsim.seed=" + seed, e);
    }
  }
}
