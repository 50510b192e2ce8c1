package dev.octune.tuner.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.job.JobTrial;
import dev.octune.kernels.target.DeviceId;
import dev.octune.kernels.target.Target;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Devices that are not what they should be, and requests that can't be met. */
class TrustScenarioTest {
  private static final DeviceId FIRST = new DeviceId("toy-0");
  private static final DeviceId SECOND = new DeviceId("toy-1");
  private static final DeviceId THIRD = new DeviceId("toy-2");
  private static final JobId JOB = new JobId(1);
  private static final int SPACE = 400;

  private final SimulatedWorld world =
      SimulatedWorld.of(3, FaultPlan.NONE, SimulatedWorld.SETTINGS, SPACE, Duration.ofMillis(200));
  private final SimulatedDevice first = world.addDevice(ToyKernels.declaration("toy-0", 2), 1);

  TrustScenarioTest() {
    // The reference of the key is the first one's.
    world.run(Duration.ofSeconds(5));
    world.addDevice(ToyKernels.declaration("toy-1", 2), 1.4);
  }

  @Test
  void device_thatLies_isQuarantinedUntilAPersonReleasesItAndItsWordIsNotTaken() {
    submit(150);
    runUntil(Duration.ofSeconds(12));
    first.lie();
    runUntil(Duration.ofMinutes(2));
    DeviceView.Quarantine quarantine = device(FIRST).quarantine().orElseThrow();
    assertEquals(DeviceView.Cause.WRONG_ANSWER, quarantine.cause());
    assertTrue(quarantine.reason().contains("where toy-1 answered right"), quarantine::reason);
    assertEquals(JobState.DONE, job().state());
    assertEquals(0, job().totals().wrongAnswers());
    first.heal();
    first.start();
    runUntil(Duration.ofMinutes(10));
    assertEquals(DeviceView.Status.QUARANTINED, device(FIRST).status());
    world.lookAfter();
    runUntil(Duration.ofMinutes(11));
    assertEquals(DeviceView.Status.READY, device(FIRST).status());
  }

  @Test
  void device_thatDrifts_isOutUntilItIsAsItWas() {
    submit(SPACE);
    runUntil(Duration.ofSeconds(12));
    first.slowDown(1.3);
    runUntil(Duration.ofMinutes(3));
    DeviceView.Quarantine quarantine = device(FIRST).quarantine().orElseThrow();
    assertEquals(DeviceView.Cause.DRIFT, quarantine.cause());
    assertTrue(quarantine.reason().contains("+30 %"), quarantine::reason);
    assertEquals(0, device(FIRST).leases());
    first.heal();
    runUntil(Duration.ofMinutes(6));
    assertEquals(DeviceView.Status.READY, device(FIRST).status());
  }

  /**
   * Its first base time was twice the true one, since something else ran there: it was out for
   * good.
   */
  @Test
  void device_disturbedWhenItCame_isNoDriftingOneLater() {
    SimulatedDevice third = world.addDevice(ToyKernels.declaration("toy-2", 2), 1);
    third.slowDown(2);
    Duration now = Duration.ofSeconds(5);
    do {
      now = now.plusMillis(10);
      world.run(now);
    } while (world.machine().device(THIRD).filter(d -> d.baseNanos().isPresent()).isEmpty());
    third.heal();
    runUntil(Duration.ofSeconds(12));
    assertEquals(DeviceView.Status.READY, device(THIRD).status());
    assertEquals(1, device(THIRD).factor(), 1e-9);
  }

  @Test
  void device_fasterThanAtFirst_staysWithItsNewTime() {
    SimulatedDevice third = world.addDevice(ToyKernels.declaration("toy-2", 2), 1);
    third.slowDown(2);
    runUntil(Duration.ofSeconds(12));
    assertEquals(DeviceView.Status.READY, device(THIRD).status());
    assertEquals(0.5, device(THIRD).factor(), 1e-9);
    third.heal();
    submit(SPACE);
    runUntil(Duration.ofMinutes(7));
    assertEquals(DeviceView.Status.READY, device(THIRD).status());
    assertEquals(1, device(THIRD).factor(), 1e-9);
    assertEquals(JobState.DONE, job().state());
  }

  @Test
  void device_thatFails_isOutUntilItMeasuresAgainAndItsTrialsGoElsewhere() {
    submit(300);
    runUntil(Duration.ofSeconds(12));
    first.fail();
    runUntil(Duration.ofMinutes(2));
    DeviceView.Quarantine quarantine = device(FIRST).quarantine().orElseThrow();
    assertEquals(DeviceView.Cause.FAILING, quarantine.cause());
    assertTrue(quarantine.reason().contains("the runner does not start"), quarantine::reason);
    assertEquals(JobState.DONE, job().state());
    assertEquals(0, job().totals().runFailures());
    first.heal();
    runUntil(Duration.ofMinutes(6));
    assertEquals(DeviceView.Status.READY, device(FIRST).status());
  }

  @Test
  void devices_notEquallyFast_measureOneJobTogetherAndTheTrulyBestWins() {
    submit(300);
    runUntil(Duration.ofMinutes(3));
    assertEquals(JobState.DONE, job().state());
    assertEquals(1.4, device(FIRST).factor() / device(SECOND).factor(), 1e-9);
    List<JobTrial> trials = world.store().jobs().trials(1);
    assertEquals(2, trials.stream().map(JobTrial::device).distinct().count());
    double best =
        trials.stream()
            .mapToDouble(trial -> ToyKernels.nanos(trial.record().candidate()))
            .min()
            .orElseThrow();
    assertEquals(
        best,
        ToyKernels.nanos(world.store().db().bests().findFirst().orElseThrow().bestCandidate()));
    assertEquals(best, job().tasks().getFirst().bestNanos().orElseThrow(), 1e-6);
  }

  @Test
  void requests_thatCanNotBeMet_areRefusedWithTheCause() {
    int allowed = (int) SimulatedWorld.SETTINGS.maxOpenTrialsPerOwner();
    assertInstanceOf(Outcome.Accepted.class, answer(spec("ann", allowed, ToyKernels.TARGET)));
    assertEquals(Outcome.Cause.QUOTA, refusal(spec("ann", 1, ToyKernels.TARGET)));
    Target other = Target.parse("x86_64 cpu=znver4 isa=avx512vnni threads=1");
    assertEquals(Outcome.Cause.UNFIT, refusal(spec("ben", 1, other)));
    assertInstanceOf(Outcome.Accepted.class, answer(spec("ben", 1, ToyKernels.TARGET)));
    world.store().setFull(true);
    assertEquals(Outcome.Cause.UNAVAILABLE, refusal(spec("ben", 1, ToyKernels.TARGET)));
  }

  private static JobSpec spec(String owner, int trials, Target target) {
    JobSpec toy = ToyKernels.spec(owner, 1, 1, trials, 1);
    return new JobSpec(
        toy.name(),
        toy.work(),
        toy.deviceKey(),
        target,
        toy.budget(),
        toy.strategy(),
        toy.seed(),
        owner,
        0,
        1);
  }

  private Outcome answer(JobSpec spec) {
    world.submit(spec);
    world.run(Duration.ofNanos(world.time().nanos()).plusSeconds(1));
    return world.lastAnswer().orElseThrow();
  }

  private Outcome.Cause refusal(JobSpec spec) {
    return assertInstanceOf(Outcome.Refused.class, answer(spec)).cause();
  }

  private void submit(int trials) {
    world.submit(ToyKernels.spec("ann", 1, 1, trials, 1));
  }

  private void runUntil(Duration time) {
    world.run(time);
  }

  private DeviceView device(DeviceId id) {
    return world.machine().device(id).orElseThrow();
  }

  private JobView job() {
    return world.machine().job(JOB).orElseThrow();
  }
}
