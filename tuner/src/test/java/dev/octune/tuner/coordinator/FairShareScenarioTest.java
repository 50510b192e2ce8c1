package dev.octune.tuner.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Who gets how much device time, in a world where nothing breaks. */
class FairShareScenarioTest {
  private static final int MANY_TRIALS = 10_000;
  private static final Duration SPELL = Duration.ofMinutes(20);

  private final SimulatedWorld world =
      SimulatedWorld.of(
          7, FaultPlan.NONE, SimulatedWorld.SETTINGS, MANY_TRIALS, Duration.ofMillis(800));

  @Test
  void owners_equalWeights_getEqualDeviceTimeWhateverTheirJobs() {
    devices(3);
    // Ann comes with three jobs, Ben a minute later with one.
    for (int j = 0; j < 3; j++) {
      world.submit(ToyKernels.spec("ann", 1, j, MANY_TRIALS, 1 + j));
    }
    Map<String, Double> before = after(Duration.ofMinutes(1));
    world.submit(ToyKernels.spec("ben", 1, 3, MANY_TRIALS, 4));
    Map<String, Double> given = since(before, after(SPELL));
    assertEquals(1, share(given, "ann", "ben"), 0.05, given::toString);
  }

  @Test
  void owners_otherWeights_getDeviceTimeInProportion() {
    devices(2);
    world.submit(ToyKernels.spec("ann", 3, 1, MANY_TRIALS, 1));
    world.submit(ToyKernels.spec("ben", 1, 2, MANY_TRIALS, 2));
    Map<String, Double> before = after(Duration.ofMinutes(1));
    Map<String, Double> given = since(before, after(SPELL));
    assertEquals(3, share(given, "ann", "ben"), 3 * 0.05, given::toString);
  }

  @Test
  void owners_hardlyAnyWeight_stillGetsALeaseNowAndThen() {
    devices(1);
    world.submit(ToyKernels.spec("ann", JobSpec.MAX_WEIGHT, 1, MANY_TRIALS, 1));
    world.submit(ToyKernels.spec("ben", 1 / JobSpec.MAX_WEIGHT, 2, MANY_TRIALS, 2));
    Map<String, Double> first = after(Duration.ofMinutes(30));
    Map<String, Double> second = since(first, after(Duration.ofMinutes(30)));
    assertTrue(second.getOrDefault("ben", 0.0) > 0, second::toString);
    assertTrue(share(second, "ann", "ben") > 100, second::toString);
  }

  @Test
  void jobs_ofOneOwner_goByPriorityAndTheLowestAgesUpwards() {
    devices(1);
    world.submit(withPriority(ToyKernels.spec("ann", 1, 1, MANY_TRIALS, 1), 5));
    world.submit(withPriority(ToyKernels.spec("ann", 1, 2, MANY_TRIALS, 2), 0));
    world.run(SPELL);
    double high = seconds(new JobId(1));
    double low = seconds(new JobId(2));
    assertTrue(high > 100 * low, "high %f s, low %f s".formatted(high, low));
    assertTrue(low > 0, "the lower one starves");
  }

  private void devices(int count) {
    for (int d = 0; d < count; d++) {
      world.addDevice(ToyKernels.declaration("toy-" + d, 2), 0.8 + 0.2 * d);
    }
  }

  private static JobSpec withPriority(JobSpec spec, int priority) {
    return new JobSpec(
        spec.name(),
        spec.work(),
        spec.deviceKey(),
        spec.target(),
        spec.budget(),
        spec.strategy(),
        spec.seed(),
        spec.owner(),
        priority,
        spec.weight());
  }

  private Map<String, Double> after(Duration spell) {
    world.run(Duration.ofNanos(world.time().nanos()).plus(spell));
    Map<String, Double> seconds = new TreeMap<>();
    for (JobId id : world.accepted().keySet()) {
      JobView job = world.machine().job(id).orElseThrow();
      seconds.merge(job.spec().owner(), job.deviceSeconds(), Double::sum);
    }
    return seconds;
  }

  private double seconds(JobId id) {
    return world.machine().job(id).orElseThrow().deviceSeconds();
  }

  private static Map<String, Double> since(Map<String, Double> before, Map<String, Double> now) {
    Map<String, Double> given = new TreeMap<>();
    now.forEach((owner, s) -> given.put(owner, s - before.getOrDefault(owner, 0.0)));
    return given;
  }

  private static double share(Map<String, Double> given, String one, String other) {
    return given.getOrDefault(one, 0.0) / given.getOrDefault(other, 0.0);
  }
}
