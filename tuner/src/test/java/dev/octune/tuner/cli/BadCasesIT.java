package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.db.DbException;
import dev.octune.db.TuningDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on real machines, through the program's own command line. */
final class BadCasesIT {
  /** Whatever runs tests has it, and its spaces are not exhausted as those of tiles are. */
  private static final String LARGE_SPACE = "sse41";

  private static final String DENSE = "dense_int8 m=4 k=64 n=64 act=u8 wgt=s8 out=s32";

  /** Of some 7000 schedules on {@link #LARGE_SPACE}: no test gets to the end of them. */
  private static final String CONV =
      "conv2d_NCHWc_int8 n=1 ic=64 ih=8 iw=8 oc=64 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1"
          + " act=u8 wgt=s8 out=s32";

  /** Seconds on an idle machine; builders give way to whatever else a busy one does. */
  private static final Duration SOON = Duration.ofMinutes(3);

  @TempDir private Path folder;
  private Program octune = new Program(Path.of(""));

  @BeforeEach
  void start() {
    octune = new Program(folder);
  }

  @AfterEach
  void endWhatIsLeft() {
    octune.endAll();
  }

  @Test
  void model_missing_isNamed() throws Exception {
    octune.run("tune", "no.tflite").expectRefused(2, "no.tflite", "Mend: ");
    octune.run("tasks", "no.tflite").expectRefused(2, "no.tflite", "Mend: ");
    octune.run("tune", "no.txt").expectRefused(2, "no.txt: no such file. Mend: ");
  }

  @Test
  void model_ofAnotherFormat_isRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("page.tflite"), "<html>not found</html>\n");
    octune.run("tune", file.toString()).expectRefused(2, "page.tflite", "Mend: ");
  }

  @Test
  void model_truncated_isRefused() throws Exception {
    Path model =
        Path.of(System.getProperty("octune.models", "../shared/models"))
            .resolve("tflite/resnet8_cifar_s8.tflite");
    byte[] whole = Files.readAllBytes(base().resolve(model));
    Path file = Files.write(folder.resolve("cut.tflite"), Arrays.copyOf(whole, whole.length / 2));
    octune.run("tune", file.toString()).expectRefused(2, "cut.tflite", "Mend: ");
  }

  @Test
  void workload_withAMistake_saysWhichField() throws Exception {
    octune
        .run("tune", "dense_int8 m=0 k=64 n=10 act=u8 wgt=s8 out=s32")
        .expectRefused(2, "'m' is 0, must be in [1, ", "Mend: ");
  }

  @Test
  void target_unknown_listsTheKnownOnes() throws Exception {
    octune.run("tune", DENSE, "--target", "avx9").expectRefused(2, "avx9", "avx2", "Mend: ");
  }

  @Test
  void target_ofAnotherMachine_isNotMeasuredHere() throws Exception {
    octune
        .run("tune", DENSE, "--target", "aarch64 cpu=cortex-a72 isa=neon threads=1")
        .expectRefused(2, "can't be measured here", "Mend: ");
  }

  @Test
  void command_unknown_suggestsOne() throws Exception {
    octune.run("tuen").expectRefused(2, "tuen");
  }

  @Test
  void database_underAFile_saysSo() throws Exception {
    Path file = Files.createFile(folder.resolve("plain"));
    Program.Ended ended = octune.run("tune", DENSE, "--trials", "1", "--db", file + "/db");
    ended.expectRefused(2, "database ", file.toString(), "Mend: ");
  }

  @Test
  void database_thatIsSomethingElse_isNotTouched() throws Exception {
    Path file = Files.writeString(folder.resolve("notes.mv.db"), "dear diary\n".repeat(1000));
    Program.Ended ended = octune.run("tune", DENSE, "--trials", "1", "--db", file.toString());
    ended.expectRefused(2, "database ", "notes.mv.db", "Mend: ");
    assertTrue(Files.readString(file).startsWith("dear diary\n"));
  }

  @Test
  void database_missing_isNamedByReaders() throws Exception {
    octune
        .run("lookup", DENSE, "--db", folder.resolve("no").toString())
        .expectRefused(2, "database ", "no.mv.db", "Mend: ");
  }

  @Test
  void secondWriter_isRefused_readerIsNot() throws Exception {
    Path file = folder.resolve("db");
    Program.Running first = octune.start("tune", CONV, "--time", "20s", "--db", file.toString());
    awaitRecords(file, 1);
    octune
        .run("tune", CONV, "--trials", "1", "--db", file.toString())
        .expectRefused(1, "database ", "Mend: ");
    octune.run("lookup", CONV, "--db", file.toString()).expectExit(0);
    first.process().destroyForcibly();
    first.end();
  }

  @Test
  void coordinatorKilled_losesNothingAndLeavesNoChildren() throws Exception {
    Path file = folder.resolve("db");
    Program.Running run =
        octune.start(
            "tune", CONV, "--target", LARGE_SPACE, "--trials", "100000", "--db", file.toString());
    long before = awaitRecords(file, 20);
    List<ProcessHandle> children = run.process().descendants().toList();
    run.process().destroyForcibly();
    run.end();
    assertTrue(!children.isEmpty());
    for (ProcessHandle child : children) {
      child.onExit().get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
    assertTrue(records(file).orElseThrow() >= before);
    JsonNode resumed =
        octune
            .run(
                "tune",
                CONV,
                "--target",
                LARGE_SPACE,
                "--trials",
                "5",
                "--json",
                "--db",
                file.toString())
            .expectExit(0)
            .json();
    assertEquals(5, resumed.get("trials").asInt());
  }

  @Test
  void interrupt_stopsCleanlyAndKeepsWhatWasMeasured() throws Exception {
    Path file = folder.resolve("db");
    // Whoever runs tests in the background has them ignore SIGINT, and their children with them.
    Program.Running run =
        octune.startThrough(
            List.of("env", "--default-signal=INT"),
            "tune",
            CONV,
            "--target",
            LARGE_SPACE,
            "--trials",
            "100000",
            "--json",
            "--db",
            file.toString());
    long before = awaitRecords(file, 20);
    assertEquals(0, new ProcessBuilder("kill", "-INT", "" + run.process().pid()).start().waitFor());
    Program.Ended ended = run.end().expectExit(Octune.EXIT_INTERRUPTED);
    JsonNode report = ended.json();
    assertTrue(report.get("trials").asInt() > 0, report::toString);
    assertTrue(records(file).orElseThrow() >= before);
    JsonNode found =
        octune
            .run("lookup", CONV, "--target", LARGE_SPACE, "--json", "--db", file.toString())
            .json();
    assertEquals("exact", found.get("match").asText());
  }

  @Test
  void everyChildKilledInTheMiddle_theJobGoesOn() throws Exception {
    Path file = folder.resolve("db");
    Program.Running run =
        octune.start(
            "tune",
            CONV,
            "--target",
            LARGE_SPACE,
            "--trials",
            "200",
            "--json",
            "--db",
            file.toString());
    awaitRecords(file, 10);
    run.process().descendants().forEach(ProcessHandle::destroyForcibly);
    JsonNode report = run.end().expectExit(0).json();
    assertEquals(200, report.get("trials").asInt());
    assertEquals(0, report.get("wrong_answers").asInt());
    assertTrue(report.get("tasks").get(0).get("best").get("median_ns").asDouble() > 0);
  }

  @Test
  void diskFull_failsWithAMessageAndKeepsWhatWasStored() throws Exception {
    Path file = folder.resolve("db");
    octune
        .run("tune", CONV, "--target", LARGE_SPACE, "--trials", "3", "--db", file.toString())
        .expectExit(0);
    long before = records(file).orElseThrow();
    // No file of this process may grow beyond 1 MiB: what a write sees is what a full disk tells.
    Program.Ended ended =
        octune
            .startThrough(
                List.of("sh", "-c", "ulimit -f 1024; exec \"$@\"", "sh"),
                "tune",
                CONV,
                "--target",
                LARGE_SPACE,
                "--trials",
                "100000",
                "--strategy",
                "random",
                "--db",
                file.toString())
            .end();
    ended.expectRefused(1, "database ", "Mend: ");
    assertTrue(records(file).orElseThrow() >= before);
  }

  @Test
  void oneCpu_tunesToo() throws Exception {
    JsonNode report =
        octune
            .startThrough(List.of("taskset", "-c", "0"), "tune", DENSE, "--trials", "5", "--json")
            .end()
            .expectExit(0)
            .json();
    assertEquals(5, report.get("trials").asInt());
  }

  @Test
  void oneCpu_moreThreadsAreRefused() throws Exception {
    octune
        .startThrough(List.of("taskset", "-c", "0"), "tune", DENSE, "--threads", "2")
        .end()
        .expectRefused(2, "can't be measured here", "Mend: ");
  }

  @Test
  void machineWithoutAvx2_tunesWithThePlainLeaf() throws Exception {
    JsonNode report =
        octune
            .run("tune", DENSE, "--trials", "5", "--target", "sse2", "--json")
            .expectExit(0)
            .json();
    assertTrue(report.get("target").asText().contains(" isa=sse2 "));
    assertEquals(0, report.get("wrong_answers").asInt());
  }

  private static Path base() {
    return Path.of(System.getProperty("octune.checkout"));
  }

  /** Records that a reader beside the writer sees; empty where the writer is just beginning. */
  private static Optional<Long> records(Path file) {
    try (TuningDb db = TuningDb.open(file, TuningDb.Access.READER)) {
      return Optional.of(db.counts().records());
    } catch (DbException e) {
      return switch (e.reason()) {
        case MISSING, BUSY -> Optional.empty();
        default -> throw e;
      };
    }
  }

  private static long awaitRecords(Path file, long atLeast) {
    long end = System.nanoTime() + SOON.toNanos();
    while (true) {
      long seen = records(file).orElse(0L);
      if (seen >= atLeast) {
        return seen;
      }
      assertTrue(System.nanoTime() < end, () -> "only " + seen + " records of " + atLeast);
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }
}
