package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/SECURITY.md promises: each of its lines names one test, and that test is there. */
final class SecurityDocumentTest {
  private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z0-9]*)#([a-z][A-Za-z0-9_]*)`");
  private static final int MIN_THREATS = 20;

  @Test
  void everyThreat_namesOneTestThatExists() throws IOException {
    Path checkout = checkout();
    List<String> threats = threats(Files.readAllLines(checkout.resolve("docs/SECURITY.md")));
    assertTrue(threats.size() >= MIN_THREATS, threats.toString());
    List<String> wrong = new ArrayList<>();
    for (String threat : threats) {
      String[] cells = threat.split("\\|", -1);
      assertEquals(5, cells.length, threat);
      Matcher named = TEST.matcher(cells[3].strip());
      if (!named.matches() || !exists(checkout, named.group(1), named.group(2))) {
        wrong.add(threat);
      }
    }
    assertEquals(List.of(), wrong, "lines without one existing test");
  }

  @Test
  void exists_testThatIsNone_isFoundOut() throws IOException {
    Path checkout = checkout();
    assertTrue(
        exists(checkout, "SecurityDocumentTest", "everyThreat_namesOneTestThatExists"), "itself");
    assertTrue(!exists(checkout, "SecurityDocumentTest", "checkout"), "no test");
    assertTrue(!exists(checkout, "SecurityDocumentTest", "nowhere"), "no method");
    assertTrue(!exists(checkout, "NowhereTest", "exists"), "no class");
  }

  /** The rows of every table but their heads. */
  private static List<String> threats(List<String> lines) {
    List<String> rows = new ArrayList<>();
    boolean inTable = false;
    for (String line : lines) {
      if (line.startsWith("|---")) {
        inTable = true;
      } else if (!line.startsWith("|")) {
        inTable = false;
      } else if (inTable) {
        rows.add(line);
      }
    }
    return rows;
  }

  /** True where some module's tests have the class, and in it a method marked as a test. */
  private static boolean exists(Path checkout, String testClass, String method) throws IOException {
    Pattern test =
        Pattern.compile(
            "@(Test|ParameterizedTest|RepeatedTest)\\b[^;]*?\\bvoid " + method + "\\(",
            Pattern.DOTALL);
    try (Stream<Path> modules = Files.list(checkout)) {
      for (Path module : modules.toList()) {
        Path tests = module.resolve("src/test/java");
        if (!Files.isDirectory(tests)) {
          continue;
        }
        try (Stream<Path> files = Files.walk(tests)) {
          for (Path file : files.filter(f -> f.endsWith(testClass + ".java")).toList()) {
            if (test.matcher(Files.readString(file)).find()) {
              return true;
            }
          }
        }
      }
    }
    return false;
  }

  private static Path checkout() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs/SECURITY.md"))) {
      folder = Objects.requireNonNull(folder.getParent(), "no checkout around");
    }
    return folder;
  }
}
