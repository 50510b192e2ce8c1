package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.workers.run.Sandbox.Protection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who runs kernels, and what octune doctor says of it. */
final class RunnerUserIT {
  private static final String DENSE = "dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32";

  @TempDir private Path folder;
  private Program program = new Program(Path.of("."));

  @BeforeEach
  void prepare() {
    program = new Program(folder);
  }

  private static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  @Test
  void doctor_everyProtection_isInForceOrMissingForAReason() throws Exception {
    JsonNode report = program.run("doctor", "--json").expectExit(0).json();
    Set<String> told = new TreeSet<>();
    report.path("sandbox").forEach(name -> told.add(name.asText()));
    report
        .path("sandbox_missing")
        .properties()
        .forEach(
            missing -> {
              assertTrue(told.add(missing.getKey()), report.toPrettyString());
              assertFalse(missing.getValue().asText().isBlank(), report.toPrettyString());
            });
    assertEquals(
        Arrays.stream(Protection.values())
            .map(Protection::text)
            .collect(Collectors.toCollection(TreeSet::new)),
        told);
    assertTrue(
        report.path("sandbox_missing").path("other_user").asText().contains("--runner-user"),
        report.toPrettyString());
  }

  @Test
  void check_asAnotherUser_kernelsAreExact() throws Exception {
    assumeTrue(isRoot(), "this machine lacks root's rights for this test");
    program.run("check", DENSE, "--samples", "3", "--runner-user", "nobody").expectExit(0);
    JsonNode report =
        program.run("doctor", "--json", "--runner-user", "nobody").expectExit(0).json();
    assertTrue(report.path("sandbox").toString().contains("other_user"), report.toPrettyString());
  }

  @Test
  void runnerUser_thatCanNotBe_isRefusedWithWords() throws Exception {
    String[] noSuchUser = {"check", DENSE, "--runner-user", "nobody-of-this-name"};
    if (isRoot()) {
      program.run(noSuchUser).expectRefused(2, "nobody-of-this-name", "Mend:");
      program.run("check", DENSE, "--runner-user", "root").expectRefused(2, "not root", "Mend:");
    } else {
      program.run(noSuchUser).expectRefused(2, "only root may", "Mend:");
    }
    Path token = Files.writeString(folder.resolve("token"), "octune_" + "A".repeat(43));
    program
        .run(
            "worker",
            "--server",
            "http://127.0.0.1:1",
            "--token-file",
            token.toString(),
            "--runner-user",
            "nobody",
            "--connect",
            "ssh board1")
        .expectRefused(2, "--connect decides", "Mend:");
  }
}
