package dev.octune.workers.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How to reach the machine that runs kernels: a command that starts the program named behind it, by
 * its path on this machine, and passes its standard input and output through.
 *
 * @param command empty for this machine; else, say, {@code qemu-aarch64 -cpu max}
 * @param emulated true where time there says nothing about any real processor: kernels are checked
 *     but never timed
 * @param user who runs kernels here instead of this process's user, which must be root then; a
 *     command decides that itself
 */
public record Connection(List<String> command, boolean emulated, Optional<RunnerUser> user) {
  /** This machine. */
  public static final Connection HERE = new Connection(List.of(), false);

  public Connection {
    command = List.copyOf(command);
    if (user.isPresent() && !command.isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' decides itself who runs kernels there. Mend: name the user in the command"
              .formatted(String.join(" ", command)));
    }
  }

  /** Nobody but whoever starts the command. */
  public Connection(List<String> command, boolean emulated) {
    this(command, emulated, Optional.empty());
  }

  /** This machine, where kernels run as another user. */
  public static Connection here(RunnerUser user) {
    return new Connection(List.of(), false, Optional.of(user));
  }

  /** True where kernels run on this machine. */
  public boolean isHere() {
    return command.isEmpty();
  }

  /** Reads a command line, split at blanks; what starts with qemu- is taken for an emulator. */
  public static Connection parse(String commandLine) {
    List<String> words =
        commandLine.isBlank() ? List.of() : List.of(commandLine.strip().split("\\s+"));
    return new Connection(
        words, !words.isEmpty() && words.getFirst().replaceFirst(".*/", "").startsWith("qemu-"));
  }

  List<String> commandFor(String program) {
    List<String> whole = new ArrayList<>(command);
    whole.add(program);
    user.ifPresent(other -> whole.addAll(List.of("--user", other.text())));
    return whole;
  }
}
