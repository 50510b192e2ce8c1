package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParseResult;

/** Files of settings: those of the repository, and what people get wrong. */
final class SettingsOptionTest {
  private static final Path EXAMPLES =
      Path.of(System.getProperty("octune.checkout"), "configs", "service");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"serve", "worker"})
  void example_isReadWhole(String command) throws Exception {
    Path file = EXAMPLES.resolve(command + ".properties");
    ParseResult parsed = parsed(command, "--config", file.toString());
    Properties settings = new Properties();
    settings.load(Files.newBufferedReader(file));
    assertTrue(settings.size() > 2);
    for (String name : settings.stringPropertyNames()) {
      assertEquals(settings.getProperty(name), value(parsed, name), name);
    }
  }

  /** What is commented out is an example too. */
  @ParameterizedTest
  @ValueSource(strings = {"serve", "worker"})
  void example_withItsCommentedSettings_isReadWhole(String command) throws Exception {
    Properties settings = new Properties();
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(EXAMPLES.resolve(command + ".properties"))) {
      if (line.matches("(# )?[a-z-]+=.*")) {
        lines.add(line.replaceFirst("^# ", ""));
      }
    }
    Path file = Files.write(folder.resolve("all.properties"), lines);
    settings.load(Files.newBufferedReader(file));
    ParseResult parsed = parsed(command, "--config=" + file);
    for (String name : settings.stringPropertyNames()) {
      assertEquals(
          name.equals("connect") ? "[ssh board1]" : settings.getProperty(name),
          value(parsed, name),
          name);
    }
  }

  @Test
  void commandLine_goesBeforeTheFile() throws Exception {
    Path file = settings("listen=127.0.0.1:1\nmax-model-mib=7\n");
    ParseResult parsed = parsed("serve", "--listen", "127.0.0.1:2", "--config", file.toString());
    assertEquals("127.0.0.1:2", value(parsed, "listen"));
    assertEquals("7", value(parsed, "max-model-mib"));
  }

  @Test
  void unusableFile_isWrongUse_andNamed() throws Exception {
    assertRefused(settings("lisen=127.0.0.1:1\n"), "'lisen' is no option of octune serve");
    assertRefused(settings("config=other\n"), "'config' is no option");
    assertRefused(settings("max-model-mib=many\n"), "many");
    assertRefused(settings("listen=\\uZZZZ\n"), "can't be read");
    assertRefused(settings("a=" + "x".repeat(1 << 17)), "more than");
    assertRefused(folder.resolve("none"), "can't be read");
    Path latin = folder.resolve("latin");
    Files.write(latin, "data=/\u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(latin, "UTF-8");
  }

  private void assertRefused(Path file, String why) {
    StringWriter err = new StringWriter();
    int exit =
        Octune.run(
            new PrintWriter(Writer.nullWriter()),
            new PrintWriter(err),
            "serve",
            "--config",
            file.toString());
    assertEquals(Octune.EXIT_WRONG_USE, exit);
    assertTrue(err.toString().contains(why), err.toString());
    assertTrue(err.toString().contains("Mend:"), err.toString());
  }

  private Path settings(String content) throws Exception {
    return Files.writeString(folder.resolve("settings.properties"), content);
  }

  private static ParseResult parsed(String... arguments) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    var line = Octune.commandLine(nowhere, nowhere, arguments);
    return line.parseArgs(arguments).subcommand();
  }

  private static String value(ParseResult parsed, String option) {
    return String.valueOf(parsed.commandSpec().findOption("--" + option).<Object>getValue());
  }
}
