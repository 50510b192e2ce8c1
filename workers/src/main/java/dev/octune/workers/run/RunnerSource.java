package dev.octune.workers.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** The native runner's C source, as one text for a compiler that sees no files. */
public final class RunnerSource {
  private static final Pattern INCLUDE = Pattern.compile("#include \"([a-z]+\\.h)\"");

  private RunnerSource() {}

  /** The whole program: runner.c with each of its headers where it is first included. */
  public static String text() {
    StringBuilder whole = new StringBuilder();
    append("runner.c", new HashSet<>(), whole);
    return whole.toString();
  }

  private static void append(String name, Set<String> seen, StringBuilder whole) {
    if (!seen.add(name)) {
      return;
    }
    whole.append("#line 1 \"").append(name).append("\"\n");
    int number = 0;
    for (String line : resource(name).lines().toList()) {
      number++;
      var include = INCLUDE.matcher(line);
      if (include.matches()) {
        append(include.group(1), seen, whole);
        whole.append("#line ").append(number + 1).append(" \"").append(name).append("\"\n");
      } else {
        whole.append(line).append('\n');
      }
    }
  }

  private static String resource(String name) {
    try (InputStream in = RunnerSource.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the runner's source lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
