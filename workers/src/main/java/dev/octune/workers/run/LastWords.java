package dev.octune.workers.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The end of what a process wrote to its standard error. Thread-safe. */
final class LastWords {
  /** An error message of ssh or an emulator; more would be a log. */
  private static final int MAX_BYTES = 2000;

  /**
   * The process is dead or dying, but its last bytes may still be on their way on a busy machine.
   */
  private static final Duration READ_LIMIT = Duration.ofSeconds(1);

  private final Thread thread;
  private String tail = "";

  private LastWords(InputStream in, String name) {
    thread = Thread.ofPlatform().daemon().name(name).unstarted(() -> drain(in));
  }

  static LastWords of(Process process, String threadName) {
    LastWords words = new LastWords(process.getErrorStream(), threadName);
    words.thread.start();
    return words;
  }

  /** For the end of a message: empty, or a colon and the words. */
  String quoted() {
    try {
      thread.join(READ_LIMIT);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      return tail.isBlank() ? "" : "; it said: " + tail.strip();
    }
  }

  private void drain(InputStream in) {
    byte[] buffer = new byte[MAX_BYTES];
    try (in) {
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        String text = new String(buffer, 0, got, StandardCharsets.UTF_8);
        synchronized (this) {
          tail += text;
          tail = tail.substring(Math.max(0, tail.length() - MAX_BYTES));
        }
      }
    } catch (IOException _) {
      // The stream ends with its process.
      return;
    }
  }
}
