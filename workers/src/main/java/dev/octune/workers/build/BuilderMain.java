package dev.octune.workers.build;

import dev.octune.rpc.frame.FrameChannel;
import dev.octune.rpc.frame.FrameException;
import java.io.File;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The child's program: loads libLLVM, then answers one build after the other until its input ends.
 * Frames leave by a copy of standard output; standard output itself becomes standard error, where
 * LLVM and the JVM put their last words.
 */
final class BuilderMain {
  /** Far above a build's needs (200 MB with the largest module), far below a machine's memory. */
  private static final long MAX_DATA_BYTES = 4L << 30;

  /** Compiling is background work: what the user does goes first. */
  private static final int NICENESS = 5;

  private static final int EXIT_NO_LIBRARY = 3;

  private BuilderMain() {}

  /** How the parent starts it: library, parent's process, CPUs, LLVM's options. */
  record Arguments(Path libLlvm, long parentPid, Set<Integer> cpus, List<String> llvmOptions) {
    List<String> words() {
      String list = cpus.stream().sorted().map(String::valueOf).collect(Collectors.joining(","));
      List<String> words =
          new ArrayList<>(List.of(libLlvm.toString(), Long.toString(parentPid), list));
      words.addAll(llvmOptions);
      return words;
    }

    static Arguments parse(String[] words) {
      Set<Integer> cpus =
          words[2].isEmpty()
              ? Set.of()
              : Arrays.stream(words[2].split(",", -1))
                  .map(Integer::valueOf)
                  .collect(Collectors.toUnmodifiableSet());
      return new Arguments(
          Path.of(words[0]),
          Long.parseLong(words[1]),
          cpus,
          List.of(words).subList(3, words.length));
    }
  }

  static void main(String[] words) throws Throwable {
    Arguments arguments = Arguments.parse(words);
    OutputStream frames = new FileOutputStream("/proc/self/fd/" + Libc.dup(1));
    Libc.dup2(2, 1);
    confine(arguments);
    try (FrameChannel channel = new FrameChannel(System.in, frames, BuildOrder.MAX_FRAME_BYTES)) {
      serve(channel, load(arguments));
    } catch (FrameException e) {
      if (e.kind() != FrameException.Kind.CLOSED) {
        throw e;
      }
    }
  }

  private static Llvm load(Arguments arguments) throws Throwable {
    try {
      return new Llvm(arguments.libLlvm(), arguments.llvmOptions());
    } catch (IllegalArgumentException | NoSuchElementException e) {
      // The file cannot be loaded, or is another library; a stack trace would bury the reason.
      System.err.println(arguments.libLlvm() + ": " + e.getMessage());
      System.exit(EXIT_NO_LIBRARY);
      throw e;
    }
  }

  private static void serve(FrameChannel channel, Llvm llvm) throws Throwable {
    channel.write(BuildOrder.READY, utf8(llvm.version()));
    while (true) {
      BuildOrder order = BuildOrder.read(channel.read());
      long start = System.nanoTime();
      try {
        byte[] file = llvm.compile(order);
        ByteBuffer nanos =
            ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(System.nanoTime() - start)
                .flip();
        if (file.length > BuildOrder.MAX_FRAME_BYTES - Long.BYTES) {
          channel.write(
              BuildOrder.REFUSED,
              utf8(
                  "the output has %d bytes, the limit is %d"
                      .formatted(file.length, BuildOrder.MAX_FRAME_BYTES - Long.BYTES)));
        } else {
          channel.write(BuildOrder.BUILT, nanos, ByteBuffer.wrap(file));
        }
      } catch (Llvm.Refusal e) {
        channel.write(BuildOrder.REFUSED, utf8(String.valueOf(e.getMessage())));
      }
    }
  }

  private static void confine(Arguments arguments) throws Throwable {
    warnUnless(Libc.dieWithParent(), "die with the parent process");
    if (ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L)
        != arguments.parentPid()) {
      throw new IllegalStateException("the parent process ended before its builder was ready");
    }
    warnUnless(Libc.forbidCoreDumps(), "switch core dumps off");
    warnUnless(Libc.limitDataBytes(MAX_DATA_BYTES), "limit its memory");
    String[] threads = new File("/proc/self/task").list();
    for (String thread : threads == null ? new String[] {"0"} : threads) {
      int id = Integer.parseInt(thread);
      warnUnless(Libc.beNice(id, NICENESS), "lower the priority of thread " + id);
      if (!arguments.cpus().isEmpty()) {
        warnUnless(Libc.pin(id, arguments.cpus()), "run only on CPUs " + arguments.cpus());
      }
    }
  }

  private static void warnUnless(boolean done, String what) {
    if (!done) {
      System.err.println("builder: could not " + what);
    }
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
