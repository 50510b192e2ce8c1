package dev.octune.workers.build;

import dev.octune.rpc.frame.Frame;
import dev.octune.rpc.frame.FrameChannel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One compiling process. Confined to the thread that started it, but for {@link #kill}. */
final class Child {
  /** A second after SIGKILL a process is gone, or the machine has other troubles. */
  private static final int EXIT_LIMIT_SECONDS = 5;

  private static final List<String> VARIABLES_FOR_OTHER_JVMS =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  /** Lives seconds, compiles little Java, must be there at once, must not litter on a crash. */
  private static final List<String> JVM_OPTIONS =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xmx160m",
          // LLVM recurses deeply over long blocks.
          "-Xss16m",
          "-XX:-UsePerfData",
          "-XX:-CreateCoredumpOnCrash",
          "-XX:+ErrorFileToStderr",
          "-XX:+DisplayVMOutputToStderr",
          "-Xlog:disable",
          "-Xlog:all=error:stderr",
          "--enable-native-access=ALL-UNNAMED");

  private final Process process;
  private final FrameChannel channel;
  private final LastWords lastWords;

  private Child(Process process, FrameChannel channel, LastWords lastWords) {
    this.process = process;
    this.channel = channel;
    this.lastWords = lastWords;
  }

  /** Starts a process; it is ready once {@link #read} has answered for the first time. */
  static Child start(String name, BuilderMain.Arguments arguments, StartCache cache)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_OPTIONS);
    command.addAll(cache.jvmOptions());
    command.addAll(List.of("-cp", absoluteClassPath(), BuilderMain.class.getName()));
    command.addAll(arguments.words());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeAll(VARIABLES_FOR_OTHER_JVMS);
    Process process = builder.start();
    LastWords lastWords = new LastWords(name + "-stderr", process.getErrorStream());
    lastWords.start();
    return new Child(
        process,
        new FrameChannel(
            process.getInputStream(), process.getOutputStream(), BuildOrder.MAX_FRAME_BYTES),
        lastWords);
  }

  void order(BuildOrder order) throws IOException {
    lastWords.forget();
    channel.write(BuildOrder.BUILD, order.payload());
  }

  Frame read() throws IOException {
    return channel.read();
  }

  long pid() {
    return process.pid();
  }

  /** Ends the process at once; whoever reads from it gets an error. Any thread may call it. */
  void kill() {
    process.destroyForcibly();
  }

  /** Closes its input and waits until the process has ended by itself, or kills it at the limit. */
  void finish(Duration limit) throws IOException, InterruptedException {
    channel.close();
    if (!process.waitFor(limit)) {
      process.destroyForcibly();
    }
  }

  /** Kills the process, waits for its end and says how it came. */
  Death bury() throws InterruptedException {
    // A process that is dying by itself keeps its own exit status.
    if (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
    }
    if (!process.waitFor(EXIT_LIMIT_SECONDS, TimeUnit.SECONDS)) {
      return new Death("cannot be killed", false);
    }
    String words = lastWords.reason();
    return new Death(
        ended(process.exitValue()) + (words.isEmpty() ? "" : ": " + words), lastWords.llvmGaveUp());
  }

  /**
   * How a child ended.
   *
   * @param ofTheModule true where the same module would kill the next child as well
   */
  record Death(String reason, boolean ofTheModule) {}

  private static String ended(int status) {
    return switch (status) {
      case 128 + 6 -> "ended by SIGABRT";
      case 128 + 9 -> "ended by SIGKILL";
      case 128 + 11 -> "ended by SIGSEGV";
      default -> "ended with status " + status;
    };
  }

  private static String absoluteClassPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !entry.isEmpty())
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
