package dev.octune.db;

import dev.octune.db.TuningDb.Access;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A Java process of its own that uses a database, for tests of what happens between processes. */
final class DatabaseProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader lines;

  private DatabaseProcess(Process process) {
    this.process = process;
    this.lines = process.inputReader(StandardCharsets.UTF_8);
  }

  static DatabaseProcess start(String task, Path file, String... jvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvmOptions));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            DatabaseProcess.class.getName(),
            task,
            file.toString()));
    try {
      return new DatabaseProcess(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    } catch (IOException e) {
      throw new UncheckedIOException("starting " + command, e);
    }
  }

  long pid() {
    return process.pid();
  }

  /** The next line it prints; fails at its end. */
  String line() {
    String line = lineOrEnd();
    if (line.isEmpty()) {
      throw new IllegalStateException("the process ended without a line");
    }
    return line;
  }

  /** The next line, or nothing at its end. */
  String lineOrEnd() {
    try {
      String line = lines.readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw new UncheckedIOException("reading process " + pid(), e);
    }
  }

  /** SIGKILL; then what it had printed before. */
  List<String> kill() {
    // Through the handle: Process.destroyForcibly would close the stream and lose what it printed.
    process.toHandle().destroyForcibly();
    List<String> rest = new ArrayList<>();
    for (String line = lineOrEnd(); !line.isEmpty(); line = lineOrEnd()) {
      rest.add(line);
    }
    process.onExit().join();
    return rest;
  }

  @Override
  public void close() {
    kill();
  }

  /** What the process runs. */
  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[1]);
    switch (args[0]) {
      case "append" -> append(file);
      case "hold" -> hold(file);
      case "many" -> many(file, 12_000);
      default -> throw new IllegalArgumentException("task " + args[0]);
    }
  }

  /** Appends without end and prints each number once it is acknowledged. */
  @SuppressWarnings("InfiniteLoopStatement")
  private static void append(Path file) {
    TuningDb db = TuningDb.open(file, Access.WRITER);
    for (int i = 0; ; i++) {
      int number = i;
      CompletableFuture<Void> _ =
          db.append(Samples.record(number, Samples.timed(number + 1)))
              .thenRun(() -> System.out.println(number));
      if (i % 16 == 0) {
        // A burst, then one alone: groups of all sizes are cut off somewhere.
        db.append(Samples.record(1_000_000 + i, Samples.timed(1))).join();
      }
    }
  }

  /** Writes three records, then keeps the database open until its input ends. */
  private static void hold(Path file) throws IOException {
    try (TuningDb db = TuningDb.open(file, Access.WRITER)) {
      for (int i = 0; i < 3; i++) {
        db.append(Samples.record(i, Samples.timed(i + 1))).join();
      }
      System.out.println("open");
      while (System.in.read() >= 0) {
        db.append(Samples.record(3, Samples.timed(4))).join();
        System.out.println("appended");
      }
    }
  }

  /** Appends many records, then streams them back. */
  private static void many(Path file, int count) {
    try (TuningDb db = TuningDb.open(file, Access.WRITER)) {
      for (int i = 0; i < count; i++) {
        CompletableFuture<Void> done = db.append(Samples.record(i, Samples.timed(i + 1)));
        if (i == count - 1) {
          done.join();
        }
      }
      try (Stream<?> records = db.records(RecordFilter.ALL)) {
        System.out.println(records.count());
      }
    }
  }

  /** Sends the process something to react to. */
  void poke() {
    try {
      process.getOutputStream().write('x');
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException("poking process " + pid(), e);
    }
  }
}
