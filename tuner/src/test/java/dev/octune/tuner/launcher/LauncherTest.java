package dev.octune.tuner.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs a copy of the launcher in a small checkout of its own. Its Maven makes the jars' names only
 * and counts its calls; its JDK prints the command line it was started with, one word a line.
 */
final class LauncherTest {
  private static final long LIMIT_SECONDS = 30;
  private static final String MAIN = "dev.octune.tuner.cli.Octune";

  @TempDir private Path folder;
  private Path checkout = Path.of("");
  private Path tools = Path.of("");
  private Path jdk = Path.of("");
  private final Map<String, String> environment = new HashMap<>();

  private record Ended(int exit, List<String> out, String err) {
    /** The words behind the main class. */
    List<String> arguments() {
      return out.subList(out.indexOf(MAIN) + 1, out.size());
    }

    boolean usedAotCache() {
      return out.stream().anyMatch(word -> word.startsWith("-XX:AOTCache="));
    }
  }

  @BeforeEach
  void layOut() throws IOException {
    tools = Files.createDirectory(folder.resolve("tools"));
    for (String tool :
        List.of(
            "basename",
            "cat",
            "chmod",
            "cksum",
            "cmp",
            "cp",
            "cut",
            "date",
            "dirname",
            "find",
            "flock",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "sh",
            "sleep",
            "sort",
            "tail",
            "touch")) {
      script(tools.resolve(tool), "PATH=/usr/bin:/bin exec %s \"$@\"\n".formatted(tool));
    }
    jdk = fakeJdk("jdk", "25.0.1");
    checkout = newCheckout(folder.resolve("a checkout"));
    script(
        tools.resolve("mvn"),
        """
        echo call >>%s
        echo "$@" && echo "$JAVA_HOME"
        [ ! -e fail ] || { echo "the compiler's complaint"; exit 1; }
        sleep 0.1
        mkdir -p tuner/target/app/lib
        : >tuner/target/app/lib/h2.jar
        echo made >tuner/target/octune-tuner-0.1.jar
        """
            .formatted(quoted(calls())));
    environment.put("PATH", tools.toString());
    environment.put("JAVA_HOME", jdk.toString());
    environment.put("HOME", folder.resolve("home").toString());
    environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
  }

  @Test
  void firstUse_builds_nextUseStartsFromTheAotCache() throws Exception {
    Ended first = octune("tune", "two words", "");
    assertEquals(List.of("tune", "two words", ""), first.arguments());
    assertTrue(first.err().startsWith("octune: building "), first.err());
    Ended second = octune("lookup");
    assertEquals("", second.err());
    assertEquals(List.of("lookup"), second.arguments());
    assertTrue(second.usedAotCache(), second.out().toString());
    assertEquals(1, mavenCalls());
  }

  /** Else the first tune would tell the trials a second of itself and its build. */
  @Test
  void firstUse_clockStartsBehindTheBuild() throws Exception {
    String option = "-Doctune.startedAtMillis=";
    String started =
        octune("tune").out().stream()
            .filter(word -> word.startsWith(option))
            .reduce((_, last) -> last)
            .orElseThrow();
    try (Stream<Path> files = Files.walk(checkout.resolve("target/octune"))) {
      Path jar = files.filter(file -> file.endsWith("octune.jar")).findFirst().orElseThrow();
      long builtAt = Files.getLastModifiedTime(jar).toMillis();
      assertTrue(
          Long.parseLong(started.substring(option.length())) >= builtAt,
          () -> started + ", built at " + builtAt);
    }
  }

  @Test
  void changedSource_isBuilt_testsAreNot() throws Exception {
    octune();
    later(checkout.resolve("kernels/src/test/AnyTest.java"));
    octune();
    assertEquals(1, mavenCalls());
    later(checkout.resolve("kernels/src/main/Any.java"));
    octune();
    assertEquals(2, mavenCalls());
    later(checkout.resolve("pom.xml"));
    octune();
    assertEquals(3, mavenCalls());
  }

  @Test
  void deletedSource_isBuilt() throws Exception {
    octune();
    Files.delete(checkout.resolve("kernels/src/main/Any.java"));
    octune();
    assertEquals(2, mavenCalls());
  }

  @Test
  void olderBuilds_goButTheOneBeforeStays() throws Exception {
    for (int i = 0; i < 4; i++) {
      octune();
      later(checkout.resolve("pom.xml"));
    }
    try (Stream<Path> kept = Files.list(checkout.resolve("target/octune"))) {
      assertEquals(2, kept.filter(p -> p.getFileName().toString().startsWith("app-")).count());
    }
  }

  @Test
  void symbolicLinkElsewhere_findsTheCheckout() throws Exception {
    Path link = folder.resolve("bin/oct");
    Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(link, Path.of("../a checkout/octune"));
    Ended ended = run(folder, link.toString(), "doctor");
    assertEquals(List.of("doctor"), ended.arguments());
    assertTrue(Files.exists(checkout.resolve("target/octune/built")));
  }

  @Test
  void programsExitCode_isTheLaunchers() throws Exception {
    octune();
    assertEquals(7, octune("exit", "7").exit());
  }

  @Test
  void failedBuild_showsItsOutputAndIsTriedAgain() throws Exception {
    Path cause = Files.createFile(checkout.resolve("fail"));
    Ended failed = octune("tune");
    assertEquals(1, failed.exit());
    assertTrue(failed.err().contains("the compiler's complaint"), failed.err());
    assertTrue(
        failed.err().contains("octune: the build failed; its output is above"), failed.err());
    Files.delete(cause);
    assertEquals(0, octune("tune").exit());
    assertEquals(2, mavenCalls());
  }

  @Test
  void noMaven_saysHowToGetIt() throws Exception {
    Files.delete(tools.resolve("mvn"));
    Ended ended = octune("tune");
    assertEquals(2, ended.exit());
    assertTrue(ended.err().contains("Maven is not on PATH"), ended.err());
    assertTrue(ended.err().contains("Mend: install it (Debian: apt-get install maven)"));
  }

  @Test
  void oldJavaHome_isPassedOver() throws Exception {
    environment.put("JAVA_HOME", fakeJdk("old", "17.0.15").toString());
    Files.createDirectories(folder.resolve("home/.sdkman/candidates/java"));
    Files.createSymbolicLink(folder.resolve("home/.sdkman/candidates/java/25"), jdk);
    Path link = tools.resolve("java");
    Files.createSymbolicLink(link, jdk.resolve("bin/java"));
    Ended ended = octune("x");
    assertEquals(jdk.resolve("bin/java").toString(), ended.out().getFirst());
  }

  @Test
  void anotherJdk_startsWithoutTheCacheOfTheFirst() throws Exception {
    octune();
    environment.put("JAVA_HOME", fakeJdk("next", "26").toString());
    Ended ended = octune("tune");
    assertEquals(List.of("tune"), ended.arguments());
    assertFalse(ended.usedAotCache());
    assertEquals(1, mavenCalls());
  }

  @Test
  void upgradedJdk_startsWithoutTheCacheOfTheOlder() throws Exception {
    octune();
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.2\"\n");
    assertFalse(octune("tune").usedAotCache());
    assertEquals(1, mavenCalls());
  }

  @Test
  void twoFirstUsesAtOnce_buildOnce() throws Exception {
    Process one = start(folder, checkout.resolve("octune").toString(), "one");
    Ended two = octune("two");
    assertTrue(one.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS));
    assertEquals(0, one.exitValue());
    assertEquals(List.of("two"), two.arguments());
    assertEquals(1, mavenCalls());
  }

  /** As for a checkout that can't be written, which a test run by root can't have. */
  @Test
  void checkoutThatNoClassPathCanName_isBuiltInTheCacheFolder() throws Exception {
    checkout = newCheckout(folder.resolve("a:b"));
    Ended ended = octune("tune");
    assertEquals(List.of("tune"), ended.arguments());
    assertFalse(Files.exists(checkout.resolve("target")));
    assertFalse(Files.exists(checkout.resolve("tuner/target")));
    assertEquals("", octune("tune").err());
    assertEquals(1, mavenCalls());
    later(checkout.resolve("kernels/src/main/Any.java"));
    octune();
    assertEquals(2, mavenCalls());
  }

  @Test
  void nowhereToBuild_saysWhatToSet() throws Exception {
    checkout = newCheckout(folder.resolve("a:b"));
    environment.put("XDG_CACHE_HOME", Files.createFile(folder.resolve("file")) + "/cache");
    Ended ended = octune("tune");
    assertEquals(2, ended.exit());
    assertTrue(ended.err().contains("Mend: set XDG_CACHE_HOME to a folder"), ended.err());
  }

  @Test
  void unwritableTmp_isReplacedByTheCacheFolder() throws Exception {
    environment.put("TMPDIR", folder.resolve("no-such-folder").toString());
    octune();
    assertTrue(octune().out().contains("-Djava.io.tmpdir=" + folder + "/cache/octune/tmp"));
  }

  private Path newCheckout(Path where) throws IOException {
    Files.createDirectories(where.resolve("kernels/src/main"));
    Files.createDirectories(where.resolve("kernels/src/test"));
    Files.createDirectories(where.resolve("tuner"));
    for (String file :
        List.of(
            "pom.xml",
            "kernels/pom.xml",
            "tuner/pom.xml",
            "kernels/src/main/Any.java",
            "kernels/src/test/AnyTest.java")) {
      Files.createFile(where.resolve(file));
    }
    Files.copy(Path.of(System.getProperty("octune.checkout"), "octune"), where.resolve("octune"));
    return where;
  }

  /** Writes the AOT cache it is told to, and ends with N for the arguments `exit N`. */
  private Path fakeJdk(String name, String version) throws IOException {
    Path home = folder.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    script(
        home.resolve("bin/java"),
        """
        printf '%s\\n' "$0" "$@"
        for word; do
          case $word in -XX:AOTCacheOutput=*) : >"${word#*=}" ;; esac
          [ "${before:-}" != exit ] || exit "$word"
          before=$word
        done
        """);
    script(home.resolve("bin/javac"), "");
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
    return home;
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A later modification than any build's start, whatever the clock's steps. */
  private static void later(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusMillis(50)));
  }

  private Ended octune(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(checkout.resolve("octune").toString()));
    command.addAll(List.of(arguments));
    return run(folder, command.toArray(String[]::new));
  }

  private Ended run(Path where, String... command) throws Exception {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    Process process =
        builder(where, command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "the launcher hangs");
    return new Ended(process.exitValue(), Files.readAllLines(out), Files.readString(err));
  }

  private Process start(Path where, String... command) throws IOException {
    return builder(where, command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private ProcessBuilder builder(Path where, String... command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(where.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder;
  }

  private Path calls() {
    return folder.resolve("calls");
  }

  private int mavenCalls() throws IOException {
    return Files.readAllLines(calls()).size();
  }

  private static String quoted(Path path) {
    return "'" + path + "'";
  }
}
