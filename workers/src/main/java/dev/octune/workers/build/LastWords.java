package dev.octune.workers.build;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a child wrote to standard error since its last build began, read by a thread of its own so
 * that the child never waits. Thread-safe.
 */
final class LastWords {
  /** LLVM's and the JVM's reasons come first; the register dumps behind them tell nobody here. */
  private static final int MAX_BYTES = 16 << 10;

  private static final int MAX_REASON_CHARS = 1000;

  /** After the process's death its last words are in the pipe already. */
  private static final Duration READ_LIMIT = Duration.ofSeconds(1);

  private static final String FATAL_OF_LLVM = "LLVM ERROR:";
  private static final String FUNCTION_OF_LLVM = "In function:";

  private final byte[] bytes = new byte[MAX_BYTES];
  private int length;
  private final Thread reader;

  LastWords(String name, InputStream from) {
    reader = Thread.ofPlatform().daemon().name(name).unstarted(() -> readAll(from));
  }

  void start() {
    reader.start();
  }

  synchronized void forget() {
    length = 0;
  }

  /** The lines that say why, once the process has ended. */
  String reason() throws InterruptedException {
    List<String> lines = lines();
    List<String> ofLlvm =
        lines.stream()
            .filter(l -> l.contains(FATAL_OF_LLVM) || l.startsWith(FUNCTION_OF_LLVM))
            .map(String::strip)
            .toList();
    String reason =
        !ofLlvm.isEmpty()
            ? String.join(" / ", ofLlvm)
            : lines.stream()
                .map(l -> l.replaceFirst("^#\\s*", "").strip())
                .filter(l -> !l.isEmpty())
                .collect(Collectors.joining(" / "));
    return reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARS));
  }

  /** True where LLVM itself gave up: it does so for the module's sake, or for want of memory. */
  boolean llvmGaveUp() throws InterruptedException {
    return lines().stream().anyMatch(l -> l.contains(FATAL_OF_LLVM));
  }

  private List<String> lines() throws InterruptedException {
    reader.join(READ_LIMIT);
    synchronized (this) {
      return new String(bytes, 0, length, StandardCharsets.UTF_8).lines().toList();
    }
  }

  private void readAll(InputStream from) {
    byte[] chunk = new byte[4096];
    try (from) {
      for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) {
        keep(chunk, n);
      }
    } catch (IOException _) {
      // The process was killed and its pipe torn down: what was read is all there is.
    }
  }

  private synchronized void keep(byte[] chunk, int n) {
    int kept = Math.min(n, MAX_BYTES - length);
    System.arraycopy(chunk, 0, bytes, length, kept);
    length += kept;
  }
}
