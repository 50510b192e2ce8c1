package dev.octune.tuner.cli;

import dev.octune.workers.run.Connection;
import dev.octune.workers.run.RunnerUser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who runs kernels on this machine. */
final class RunnerUserOption {
  private static final Path PASSWD = Path.of("/etc/passwd");
  private static final Integer ROOT = 0;

  @Option(
      names = "--runner-user",
      paramLabel = "USER",
      description =
          "Run kernels as this user, a name or UID:GID, such as nobody; wants root. Without it they"
              + " run as you.")
  private @Nullable String user;

  /** This machine, kernels run by whom the option names. */
  Connection here() {
    if (user == null) {
      return Connection.HERE;
    }
    if (!isRoot()) {
      throw new UsageException(
          "--runner-user %s: only root may run kernels as another user. Mend: start octune as root, or leave the option out and start it as a user that owns nothing else"
              .formatted(user));
    }
    try {
      return Connection.here(RunnerUser.parse(user, passwd()));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--runner-user: " + e.getMessage(), e);
    }
  }

  /** Refuses it beside a command that decides by itself. */
  void refuseWithConnect() {
    if (user != null) {
      throw new UsageException(
          "--runner-user is for kernels that run here; --connect decides itself who runs them"
              + " there. Mend: name the user in the command, as in 'ssh nobody@board1'");
    }
  }

  private static boolean isRoot() {
    try {
      return ROOT.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      throw new UncheckedIOException("Who runs this process can't be read from /proc", e);
    }
  }

  private static List<String> passwd() {
    try {
      // Comments in people's names may be of any encoding.
      return Files.readAllLines(PASSWD, StandardCharsets.ISO_8859_1);
    } catch (IOException _) {
      // Numbers need no file.
      return List.of();
    }
  }
}
