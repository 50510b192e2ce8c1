package dev.octune.workers.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.codegen.RoofLoop;
import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.target.Arch;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.workers.local.PlantedKernels.Plant;
import dev.octune.workers.run.Connection;
import dev.octune.workers.run.RunnerUser;
import dev.octune.workers.run.Sandbox;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class LocalDeviceIT {
  private static final long SEED = 42;
  private static final Host HOST = Host.detect();
  private static final Target TARGET = HOST.target();
  private static LocalDevice shared;

  /** Processes from before the test, which tests that kill leave alone. */
  private Set<Long> others = Set.of();

  @BeforeAll
  static void open() throws Exception {
    shared = open(TARGET, HOST.allowedCpus(), Connection.HERE);
    assertInstanceOf(Measurement.Timed.class, measure(Plant.NONE));
  }

  @BeforeEach
  void rememberOthers() {
    others =
        ProcessHandle.current()
            .children()
            .map(ProcessHandle::pid)
            .collect(Collectors.toUnmodifiableSet());
  }

  @AfterAll
  static void close() {
    shared.close();
  }

  private static LocalDevice open(Target target, List<Integer> cpus, Connection connection)
      throws Exception {
    return LocalDevice.open(
        new LocalDeviceSettings(new PlantedKernels(), target, cpus, connection));
  }

  private static CompletableFuture<Measurement> start(LocalDevice device, Plant plant, Target t) {
    return device.measure(
        new MeasureRequest(PlantedKernels.candidate(plant, t), SEED, OptionalDouble.empty()));
  }

  private static Measurement measure(Plant plant) {
    return start(shared, plant, TARGET).join();
  }

  private static String wrong(Plant plant) {
    Measurement.WrongAnswer wrong =
        assertInstanceOf(Measurement.WrongAnswer.class, measure(plant), plant.name());
    String repro = wrong.repro();
    assertTrue(repro.startsWith("octune "), repro);
    for (String part :
        List.of(
            PlantedKernels.WORKLOAD.text(),
            TARGET.text(),
            "planted/1 plant=" + plant,
            "--seed " + SEED)) {
      assertTrue(repro.contains(part), repro);
    }
    return wrong.what();
  }

  private static String broke(Plant plant) {
    return assertInstanceOf(Measurement.RunFailed.class, measure(plant), plant.name()).reason();
  }

  private static void assertContains(String part, String whole) {
    assertTrue(whole.contains(part), whole);
  }

  @Test
  void measure_exactKernel_timedOnSeveralPlacements() {
    Measurement.Timed timed = assertInstanceOf(Measurement.Timed.class, measure(Plant.NONE));
    assertEquals(3, timed.placements().size());
    for (Measurement.Placement placement : timed.placements()) {
      for (Measurement.Sample sample : placement.samples()) {
        // 450 multiply-adds in plain loops: not 10 ns, not 100 us.
        assertTrue(sample.nanosPerCall() > 10 && sample.nanosPerCall() < 1e5, sample.toString());
        assertTrue(sample.calls() > 1, sample.toString());
      }
    }
  }

  @Test
  void measure_slowerThanIncumbent_stopsAfterOnePlacement() {
    Measurement measured =
        shared
            .measure(
                new MeasureRequest(
                    PlantedKernels.candidate(Plant.NONE, TARGET), SEED, OptionalDouble.of(1)))
            .join();
    assertEquals(1, assertInstanceOf(Measurement.Timed.class, measured).placements().size());
  }

  @Test
  void measure_saturatingKernel_wrongAnswerWithElement() {
    assertContains("must be", wrong(Plant.SATURATES));
  }

  @Test
  void measure_kernelThatWritesNothing_wrongAnswer() {
    assertContains("50 of 50 elements differ", wrong(Plant.WRITES_NOTHING));
  }

  @Test
  void measure_kernelThatAccumulates_wrongAnswer() {
    assertContains("50 of 50 elements differ", wrong(Plant.ACCUMULATES));
  }

  @Test
  void measure_kernelThatIgnoresAzp_wrongAnswer() {
    // The border of 5 × 5 is 16 positions, of two channels.
    assertContains("32 of 50 elements differ", wrong(Plant.IGNORES_AZP));
  }

  @Test
  void measure_kernelThatSkipsTheLastElement_wrongAnswerNamesIt() {
    String what = wrong(Plant.SKIPS_LAST_ELEMENT);
    assertContains("element 49 is", what);
    assertContains("1 of 50 elements differ", what);
  }

  @Test
  void measure_kernelThatWritesBehindItsOutput_wrongAnswer() {
    assertContains(
        "something wrote 0 bytes behind out (200 bytes)", wrong(Plant.WRITES_BEHIND_OUT));
  }

  @Test
  void measure_kernelThatChangesItsInput_wrongAnswer() {
    assertContains("changed its input: byte 3 of act", wrong(Plant.CHANGES_ACT));
  }

  @Test
  void measure_kernelWrongInThreeParts_wrongAnswer() {
    String what = wrong(Plant.WRONG_IN_THREE_PARTS);
    assertContains("element 0 is 7", what);
    assertContains("in another number of parts", what);
  }

  @Test
  void measure_kernelThatWritesBeforeItsOutput_runFailedSaysWhere() {
    String reason = broke(Plant.WRITES_BEFORE_OUT);
    assertContains("SIGSEGV", reason);
    assertContains(" 4 bytes before out (200 bytes)", reason);
  }

  @Test
  void measure_kernelThatReadsBehindItsInput_runFailedSaysWhere() {
    assertContains(" 39 bytes behind act (25 bytes)", broke(Plant.READS_BEHIND_ACT));
  }

  @Test
  void measure_kernelThatReadsBeforeItsWeights_runFailedSaysWhere() {
    assertContains(" 3 bytes before wgt (18 bytes)", broke(Plant.READS_BEFORE_WGT));
  }

  @Test
  void measure_kernelThatStoresToNull_runFailed() {
    assertContains("SIGSEGV in phase check at address 0x0", broke(Plant.STORES_TO_NULL));
  }

  @Test
  void measure_kernelThatTraps_runFailed() {
    assertContains("SIG", broke(Plant.TRAPS));
  }

  @Test
  void measure_kernelThatUsesMuchStack_runFailed() {
    assertContains("before stack (16384 bytes)", broke(Plant.USES_MUCH_STACK));
  }

  @Test
  void measure_kernelThatHangs_timedOut() {
    assertEquals(
        "check", assertInstanceOf(Measurement.TimedOut.class, measure(Plant.HANGS)).phase());
  }

  @Test
  @Timeout(30) // Run after all, ten hanging kernels would take their limits: longer than this.
  void measure_cancelledBeforeItsTurn_isNotRun() {
    CompletableFuture<Measurement> first = start(shared, Plant.HANGS, TARGET);
    List<CompletableFuture<Measurement>> cancelled = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      cancelled.add(start(shared, Plant.HANGS, TARGET));
    }
    cancelled.forEach(future -> future.cancel(false));
    assertInstanceOf(Measurement.TimedOut.class, first.join());
    assertInstanceOf(Measurement.Timed.class, measure(Plant.NONE));
  }

  @Test
  void measure_kernelThatDoesNotCompile_buildFailed() {
    assertContains(
        "frobnicate",
        assertInstanceOf(Measurement.BuildFailed.class, measure(Plant.DOES_NOT_COMPILE)).reason());
  }

  @Test
  void measure_templateThatThrows_buildFailed() {
    assertContains(
        "a template's own fault",
        assertInstanceOf(Measurement.BuildFailed.class, measure(Plant.TEMPLATE_THROWS)).reason());
  }

  @ParameterizedTest
  @EnumSource(names = {"STORES_TO_NULL", "HANGS", "DOES_NOT_COMPILE", "ACCUMULATES"})
  void measure_afterAFailure_nextOneIsTimed(Plant plant) {
    var failed = start(shared, plant, TARGET);
    var next = start(shared, Plant.NONE, TARGET);
    assertFalse(failed.join() instanceof Measurement.Timed, plant.name());
    assertInstanceOf(Measurement.Timed.class, next.join());
  }

  @Test
  void confirm_goodAndBadSideBySide_eachItsOwnResultFromFreshProcesses() {
    List<Measurement> measured =
        shared
            .confirm(
                List.of(
                    PlantedKernels.candidate(Plant.NONE, TARGET),
                    PlantedKernels.candidate(Plant.STORES_TO_NULL, TARGET),
                    PlantedKernels.candidate(Plant.NONE, TARGET),
                    PlantedKernels.candidate(Plant.ACCUMULATES, TARGET),
                    PlantedKernels.candidate(Plant.DOES_NOT_COMPILE, TARGET)),
                SEED)
            .join();
    assertEquals(
        List.of("timed", "run_failed", "timed", "wrong_answer", "build_failed"),
        measured.stream().map(Measurement::status).toList());
    Measurement.Timed timed = assertInstanceOf(Measurement.Timed.class, measured.getFirst());
    assertEquals(
        3, timed.placements().stream().map(Measurement.Placement::process).distinct().count());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void measure_asManyThreadsAsCpus_timedInTurnsWithBuilding(int threads) throws Exception {
    Assumptions.assumeTrue(HOST.allowedCpus().size() >= threads, "CPU: too few for this test");
    Target target = TARGET.withThreads(threads);
    try (LocalDevice device =
        open(target, HOST.allowedCpus().subList(0, threads), Connection.HERE)) {
      assertInstanceOf(Measurement.Timed.class, start(device, Plant.NONE, target).join());
      assertInstanceOf(
          Measurement.WrongAnswer.class, start(device, Plant.WRITES_NOTHING, target).join());
    }
  }

  @Test
  void measure_runnerKilledOnce_trialDoneAgain() throws Exception {
    try (LocalDevice device = open(TARGET, HOST.allowedCpus(), Connection.HERE)) {
      var hanging = start(device, Plant.HANGS, TARGET);
      kill(awaitRunner());
      assertInstanceOf(Measurement.TimedOut.class, hanging.join());
      assertInstanceOf(Measurement.Timed.class, start(device, Plant.NONE, TARGET).join());
    }
  }

  @Test
  void measure_runnerKilledEachTime_deviceLostThenWorksAgain() throws Exception {
    try (LocalDevice device = open(TARGET, HOST.allowedCpus(), Connection.HERE)) {
      var hanging = start(device, Plant.HANGS, TARGET);
      while (!hanging.isDone()) {
        List<ProcessHandle> busy =
            children("/runner-").stream().filter(r -> r.children().findAny().isPresent()).toList();
        busy.forEach(ProcessHandle::destroyForcibly);
        LockSupport.parkNanos(1_000_000);
      }
      assertInstanceOf(Measurement.DeviceLost.class, hanging.join());
      assertInstanceOf(Measurement.Timed.class, start(device, Plant.NONE, TARGET).join());
    }
  }

  @Test
  void measure_buildersKilled_everyTrialEnds() throws Exception {
    try (LocalDevice device = open(TARGET, HOST.allowedCpus(), Connection.HERE)) {
      assertInstanceOf(Measurement.Timed.class, start(device, Plant.NONE, TARGET).join());
      List<CompletableFuture<Measurement>> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        all.add(start(device, Plant.NONE, TARGET));
      }
      children("BuilderMain").forEach(ProcessHandle::destroyForcibly);
      for (var one : all) {
        assertInstanceOf(Measurement.Timed.class, one.join());
      }
    }
  }

  @Test
  void close_trialsUnderWay_futuresEndAndNoChildIsLeft() throws Exception {
    LocalDevice device = open(TARGET, HOST.allowedCpus(), Connection.HERE);
    // The first may have run out of time by the time that the device closes.
    var _ = start(device, Plant.HANGS, TARGET);
    var _ = start(device, Plant.HANGS, TARGET);
    var hanging = start(device, Plant.HANGS, TARGET);
    var queued = start(device, Plant.NONE, TARGET);
    awaitRunner();
    List<ProcessHandle> mine =
        children("").stream()
            .flatMap(child -> Stream.concat(Stream.of(child), child.descendants()))
            .toList();
    assertTrue(mine.size() >= 3, mine.toString());
    device.close();
    device.close();
    assertThrows(CompletionException.class, hanging::join);
    assertThrows(CompletionException.class, queued::join);
    assertThrows(CompletionException.class, start(device, Plant.NONE, TARGET)::join);
    for (ProcessHandle child : mine) {
      assertTrue(ended(child), () -> "still runs: " + child.info());
    }
  }

  @Test
  void coordinatorKilled_whileAKernelHangs_noProcessOutlivesIt() throws Exception {
    Process coordinator =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                HangingCoordinator.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(coordinator.getInputStream(), StandardCharsets.UTF_8))) {
      assertEquals("hanging", out.readLine());
      List<ProcessHandle> family = coordinator.toHandle().descendants().toList();
      assertTrue(family.size() >= 2, family.toString());
      coordinator.destroyForcibly();
      for (ProcessHandle one : family) {
        assertTrue(ended(one), () -> "still runs: " + one.info());
      }
    }
  }

  @Test
  void roofs_everyLeafOfTheTarget_plausible() {
    Roofs roofs = shared.roofs().join();
    assertEquals(
        KernelLibrary.standard().roofs(TARGET).stream().map(RoofLoop::leaf).toList(),
        roofs.leaves().stream().map(Roofs.Roof::leaf).toList());
    for (Roofs.Roof roof : roofs.leaves()) {
      // One core: more than a scalar loop, less than any matrix unit.
      assertTrue(roof.gops() > 2 && roof.gops() < 20_000, roof.toString());
    }
    assertTrue(roofs.sandbox().inForce().contains(Sandbox.Protection.DIES_WITH_PARENT));
  }

  @Test
  void drift_afterATrial_baseKernelWasRead() {
    measure(Plant.NONE);
    Drift drift = shared.drift().orElseThrow();
    assertTrue(drift.readings() >= 1 && drift.leastNanos() > 0, drift.toString());
  }

  @Test
  void close_processWasConfined_mayUseAllItsCpusAgain() throws Exception {
    Assumptions.assumeTrue(HOST.allowedCpus().size() > 1, "one CPU: nothing is confined");
    try (LocalDevice device = open(TARGET, HOST.allowedCpus(), Connection.HERE)) {
      assertInstanceOf(Measurement.Timed.class, start(device, Plant.NONE, TARGET).join());
      assertFalse(Host.detect().allowedCpus().contains(HOST.allowedCpus().getLast()));
    }
    assertEquals(HOST.allowedCpus(), Host.detect().allowedCpus());
  }

  @Test
  void otherUser_measuresAndConfinesLikeTheOwner() throws Exception {
    Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    Assumptions.assumeTrue(uid.equals(0), "this machine lacks root's rights for this test");
    RunnerUser nobody = RunnerUser.parse("nobody", Files.readAllLines(Path.of("/etc/passwd")));
    try (LocalDevice device = open(TARGET, HOST.allowedCpus(), Connection.here(nobody))) {
      Sandbox sandbox = device.sandbox().join();
      assertTrue(sandbox.inForce().contains(Sandbox.Protection.OTHER_USER), sandbox.toString());
      assertInstanceOf(Measurement.Timed.class, start(device, Plant.NONE, TARGET).join());
      assertInstanceOf(Measurement.RunFailed.class, start(device, Plant.TRAPS, TARGET).join());
      if (HOST.allowedCpus().size() > 1) {
        assertFalse(Host.detect().allowedCpus().contains(HOST.allowedCpus().getLast()));
      }
    }
    assertEquals(HOST.allowedCpus(), Host.detect().allowedCpus());
  }

  @Test
  void check_underQemu_exactAndFaultsFoundNeverTimed() throws Exception {
    assumeQemu();
    Target arm = new Target(Arch.AARCH64, "generic", Isa.NEON, 1);
    try (LocalDevice device =
        open(arm, HOST.allowedCpus(), Connection.parse("qemu-aarch64 -cpu max"))) {
      Map<Plant, String> expected =
          Map.of(
              Plant.SATURATES, "wrong_answer",
              Plant.WRITES_NOTHING, "wrong_answer",
              Plant.CHANGES_ACT, "wrong_answer",
              Plant.WRITES_BEFORE_OUT, "run_failed",
              Plant.TRAPS, "run_failed");
      assertInstanceOf(
          CheckResult.Exact.class,
          device.check(PlantedKernels.candidate(Plant.NONE, arm), SEED).join());
      expected.forEach(
          (plant, status) ->
              assertEquals(
                  status,
                  assertInstanceOf(
                          CheckResult.Rejected.class,
                          device.check(PlantedKernels.candidate(plant, arm), SEED).join())
                      .why()
                      .status()));
      assertThrows(IllegalStateException.class, () -> start(device, Plant.NONE, arm));
    }
  }

  private static boolean ended(ProcessHandle process) throws Exception {
    try {
      process.onExit().get(20, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException _) {
      return false;
    }
  }

  private static void assumeQemu() throws Exception {
    try {
      Process qemu = new ProcessBuilder("qemu-aarch64", "--version").start();
      qemu.getInputStream().readAllBytes();
      Assumptions.assumeTrue(qemu.waitFor() == 0, "qemu-aarch64 does not run");
    } catch (IOException e) {
      Assumptions.abort("no qemu-aarch64 here (Debian: qemu-user): " + e.getMessage());
    }
  }

  private List<ProcessHandle> children(String commandPart) {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().commandLine().orElse("").contains(commandPart))
        .filter(child -> !others.contains(child.pid()))
        .toList();
  }

  /** A runner of a test's own device that has a child at work. */
  private ProcessHandle awaitRunner() {
    while (true) {
      for (ProcessHandle runner : children("/runner-")) {
        if (runner.children().findAny().isPresent()) {
          return runner;
        }
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static void kill(ProcessHandle process) {
    assertTrue(process.destroyForcibly());
  }
}
