package dev.octune.workers.run;

import java.util.ArrayList;
import java.util.List;

/**
 * How to reach the machine that runs kernels: a command that starts the program named behind it, by
 * its path on this machine, and passes its standard input and output through.
 *
 * @param command empty for this machine; else, say, {@code qemu-aarch64 -cpu max}
 * @param emulated true where time there says nothing about any real processor: kernels are checked
 *     but never timed
 */
public record Connection(List<String> command, boolean emulated) {
  /** This machine. */
  public static final Connection HERE = new Connection(List.of(), false);

  public Connection {
    command = List.copyOf(command);
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
    return whole;
  }
}
