package dev.octune.workers.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.reference.Fill;
import dev.octune.kernels.target.Arch;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.kernels.workload.Workload;
import dev.octune.rpc.frame.FrameChannel;
import dev.octune.workers.toolchain.Toolchain;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class RunnerIT {
  private static Path program;

  @BeforeAll
  static void compile() throws Exception {
    Arch here = Host.detect().target().arch();
    Assumptions.assumeTrue(here == Arch.X86_64, "the machine code in these tests is x86_64's");
    program = Toolchain.locate().compileRunner(here, RunnerSource.text());
  }

  private static Runner start() throws RunnerException {
    return Runner.start(program, Connection.HERE, 0);
  }

  @Test
  void operand_everyFillAndRange_theBytesThatFillSays() throws Exception {
    long seed = 0x1234_5678_9abc_def0L;
    try (Runner runner = start()) {
      for (String ranges :
          List.of(
              "act=u8 wgt=s8",
              "act=u8[0,127] wgt=s8[-64,64]",
              "act=u8 wgt=s8[-127,127]",
              "act=u8 wgt=u8 wzp=7")) {
        Workload workload = Workload.parse("dense_int8 m=5 k=37 n=11 " + ranges + " out=s32");
        Problem problem = Problem.solve(workload, seed, WeightStore.empty());
        for (Fill fill : Fill.ALL) {
          String what = workload.text() + " " + fill.text();
          assertArrayEquals(
              fill.activations(workload, seed), runner.operand(problem, fill, false), what);
          assertArrayEquals(
              fill.weights(workload, seed), runner.operand(problem, fill, true), what);
        }
      }
    }
  }

  @Test
  void operand_weightsByHash_areInEveryFill() throws Exception {
    byte[] plain = new byte[5_000_000];
    new SplittableRandom(5).nextBytes(plain);
    Workload workload =
        Workload.parse(
            "dense_int8 m=1 k=5000 n=1000 act=u8 wgt=s8 out=s32 weights="
                + WeightStore.hash(plain));
    Problem problem = Problem.solve(workload, 3, WeightStore.of(plain));
    try (Runner runner = start()) {
      for (Fill fill : Fill.ALL) {
        assertArrayEquals(
            fill.activations(workload, 3), runner.operand(problem, fill, false), fill.text());
        assertArrayEquals(plain, runner.operand(problem, fill, true), fill.text());
      }
    }
  }

  @Test
  void operand_manyProblems_memoryStaysBounded() throws Exception {
    try (Runner runner = start()) {
      long mostBytes = 0;
      for (int seed = 0; seed < 3 * Wire.MAX_PROBLEMS; seed++) {
        Problem problem =
            Problem.solve(
                Workload.parse("dense_int8 m=1 k=4 n=4 act=u8 wgt=s8 out=s32"),
                seed,
                WeightStore.empty());
        runner.operand(problem, Fill.RANDOM, false);
        mostBytes = Math.max(mostBytes, runner.heldBytes());
      }
      long pageBytes = 64 << 10; // the largest that Linux has
      assertTrue(mostBytes <= Wire.MAX_PROBLEMS * pageBytes, "held " + mostBytes);
    }
  }

  @Test
  void run_manyLayouts_memoryStaysBounded() throws Exception {
    Problem problem =
        Problem.solve(
            Workload.parse("dense_int8 m=1 k=4 n=4 act=u8 wgt=s8 out=s32"), 1, WeightStore.empty());
    RunPlan plan = new RunPlan(1, List.of(), Duration.ofSeconds(5), Optional.empty());
    byte[] ret = {(byte) 0xc3};
    try (Runner runner = start()) {
      long mostBytes = 0;
      for (int layout = 0; layout < Wire.MAX_LAYOUTS + 50; layout++) {
        Packing packing =
            new Packing("layout-" + layout, ret, 0, 0, OptionalInt.empty(), 0, 4, 16, 16);
        Verdict verdict =
            runner.run(problem, List.of(new Packing.Kernel(packing, new Code(ret, 0))), plan);
        assertInstanceOf(Verdict.Wrong.class, verdict);
        mostBytes = Math.max(mostBytes, runner.heldBytes());
      }
      long pageBytes = 64 << 10; // the largest that Linux has
      assertTrue(mostBytes <= (Wire.MAX_LAYOUTS + 1) * pageBytes, "held " + mostBytes);
    }
  }

  @Test
  void start_noSuchCommand_errorNamesIt() {
    RunnerException e =
        assertThrows(
            RunnerException.class,
            () -> Runner.start(program, Connection.parse("/nonexistent/ssh board"), 0));
    assertTrue(String.valueOf(e.getMessage()).contains("/nonexistent/ssh board"), e.toString());
    assertTrue(String.valueOf(e.getMessage()).contains("Mend:"), e.toString());
  }

  @Test
  void start_commandThatTalks_errorHoldsItsWords() {
    RunnerException e =
        assertThrows(
            RunnerException.class,
            () -> Runner.start(program, Connection.parse("cat /no/such"), 0));
    assertTrue(String.valueOf(e.getMessage()).contains("/no/such"), e.toString());
  }

  @Test
  void request_runnerKilled_exceptionAtOnce() throws Exception {
    try (Runner runner = start()) {
      new ProcessBuilder("kill", "-9", Long.toString(runner.pid())).start().waitFor();
      assertThrows(RunnerException.class, runner::heldBytes);
    }
  }

  @Test
  void runner_itsInputEnds_itEnds() throws Exception {
    Process process = new ProcessBuilder(program.toString()).start();
    process.getOutputStream().close();
    assertTrue(process.waitFor(10, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue());
  }

  @Test
  void run_codeThatCallsTheSystem_brokeWithItsNumber() throws Exception {
    Problem problem =
        Problem.solve(
            Workload.parse("dense_int8 m=1 k=4 n=4 act=u8 wgt=s8 out=s32"), 1, WeightStore.empty());
    byte[] ret = {(byte) 0xc3};
    // mov eax, 39 (getpid); syscall; ret
    byte[] getpid = {(byte) 0xb8, 39, 0, 0, 0, 0x0f, 0x05, (byte) 0xc3};
    try (Runner runner = start()) {
      Verdict verdict =
          runner.run(
              problem,
              List.of(
                  new Packing.Kernel(
                      new Packing("none", ret, 0, 0, OptionalInt.empty(), 0, 4, 16, 16),
                      new Code(getpid, 0))),
              new RunPlan(1, List.of(), Duration.ofSeconds(5), Optional.empty()));
      assertEquals(
          new Verdict.Broke(0, "SIGSYS in phase check: system call 39 is not allowed"), verdict);
    }
  }

  @Test
  void server_randomRequests_answersEachOrEndsCleanly() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      Process process = new ProcessBuilder(program.toString()).start();
      try (FrameChannel channel =
          new FrameChannel(
              process.getInputStream(), process.getOutputStream(), Wire.MAX_PAYLOAD_BYTES)) {
        for (int i = 0; i < 50; i++) {
          int type = random.nextInt(Wire.SANDBOX + 2);
          channel.write(type, randomPayload(random));
          int reply = channel.read().type();
          assertTrue(reply >= Wire.OK && reply <= Wire.ERROR, "seed " + seed + ": " + reply);
        }
      } finally {
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), "seed " + seed);
        assertEquals(0, process.exitValue(), "seed " + seed);
      }
    }
  }

  /** Words that mean something more often than not, with a torn one now and then. */
  private static ByteBuffer randomPayload(Random random) {
    ByteBuffer payload = ByteBuffer.allocate(8 * 24).order(ByteOrder.LITTLE_ENDIAN);
    int bytes = random.nextInt(8 * 24 + 1);
    while (payload.remaining() >= 8) {
      payload.putLong(
          switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            // Sizes that are granted are also filled.
            case 1 -> random.nextInt(1 << 16);
            default -> random.nextInt(6);
          });
    }
    return payload.flip().limit(bytes);
  }

  @Test
  void confine_anotherProcess_itsCpusAreThese() throws Exception {
    Process sleeper = new ProcessBuilder("sleep", "60").start();
    try {
      assertTrue(Runner.confine(program, sleeper.pid(), List.of(0)));
      assertTrue(
          Files.readString(Path.of("/proc/" + sleeper.pid() + "/status"))
              .contains("Cpus_allowed_list:\t0\n"));
      assertFalse(Runner.confine(program, 0x7fff_fff0L, List.of(0)));
    } finally {
      sleeper.destroyForcibly();
    }
  }
}
