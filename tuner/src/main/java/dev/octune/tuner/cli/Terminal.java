package dev.octune.tuner.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** What stderr is connected to. */
final class Terminal {
  /** Where the shell does not export COLUMNS. */
  private static final int DEFAULT_COLUMNS = 100;

  private Terminal() {}

  /** True where stderr is a terminal that rewrites lines. */
  static boolean onStderr() {
    Path stderr = Path.of("/proc/self/fd/2");
    try {
      String target = Files.readSymbolicLink(stderr).toString();
      return (target.startsWith("/dev/pts/") || target.startsWith("/dev/tty"))
          && !"dumb".equals(System.getenv("TERM"));
    } catch (java.io.IOException e) {
      // No /proc: plain lines are right everywhere.
      return false;
    }
  }

  static int columns() {
    try {
      String columns = System.getenv("COLUMNS");
      return columns == null ? DEFAULT_COLUMNS : Integer.parseInt(columns);
    } catch (NumberFormatException e) {
      return DEFAULT_COLUMNS;
    }
  }
}
