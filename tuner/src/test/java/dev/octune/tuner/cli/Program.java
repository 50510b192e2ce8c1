package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The program as its users run it: a process with a data folder of its own. The unpacked compiler
 * in the user's cache folder is shared.
 */
final class Program {
  /** A tiny tune takes seconds; a machine busy with other builds takes its time. */
  private static final long LIMIT_SECONDS = 120;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final List<Process> started = new ArrayList<>();

  Program(Path folder) {
    this.folder = folder;
  }

  /** How a run ended. */
  record Ended(int exit, String out, String err) {
    /** The one object on stdout. */
    JsonNode json() {
      try {
        return JSON.readTree(out);
      } catch (JsonProcessingException e) {
        throw new AssertionError("not one JSON object:\n" + out + "\n" + err, e);
      }
    }

    Ended expectExit(int expected) {
      assertEquals(expected, exit, () -> out + "\n" + err);
      return this;
    }

    /** The one line that says why a service ended; others on stderr are its log, libraries' too. */
    void expectLastWord(int expected, String... words) {
      expectExit(expected);
      String line =
          err.lines().filter(l -> l.startsWith("octune: ")).reduce((_, last) -> last).orElse("");
      for (String word : words) {
        assertTrue(line.contains(word), () -> "'" + word + "' is not in\n" + err);
      }
    }

    /** Refused with this exit code, a message that holds these words, and no stack trace. */
    void expectRefused(int expected, String... words) {
      expectExit(expected);
      assertTrue(err.lines().anyMatch(line -> line.startsWith("octune: ")), err);
      assertTrue(!err.contains("\tat "), err);
      for (String word : words) {
        assertTrue(err.contains(word), () -> "'" + word + "' is not in\n" + err);
      }
    }
  }

  /** A started run. */
  record Running(Process process, Path out, Path err) {
    Ended end() throws IOException, InterruptedException {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError("still running:\n" + read(out) + "\n" + read(err));
      }
      return new Ended(process.exitValue(), read(out), read(err));
    }
  }

  Ended run(String... arguments) throws IOException, InterruptedException {
    return start(arguments).end();
  }

  Running start(String... arguments) throws IOException {
    return startThrough(List.of(), arguments);
  }

  /**
   * Starts the program by another one, which gets the whole command behind its own words.
   *
   * @param prefix such as {@code taskset -c 0}
   */
  Running startThrough(List<String> prefix, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            // Most of these runs end before the better compiler would pay.
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx640m",
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.octune.tuner.cli.Octune"));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("XDG_DATA_HOME", folder.resolve("data").toString());
    Process process = builder.start();
    started.add(process);
    return new Running(process, out, err);
  }

  /** Ends what a failed test left running; children go with their parents. */
  void endAll() {
    started.forEach(Process::destroyForcibly);
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
