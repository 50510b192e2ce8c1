package dev.octune.tuner.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events (WHATWG HTML, §9.2) of one answer: fields {@code id}, {@code event}, {@code
 * data}; comments keep it alive. Not thread-safe.
 */
final class EventStream implements AutoCloseable {
  /** The service says something every 15 s; after three times that the line is dead. */
  private static final Duration SILENCE_LIMIT = Duration.ofSeconds(45);

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final URI where;
  private final InputStream in;
  private final BufferedReader lines;
  private final Thread watchdog;
  private volatile long heardNanos = System.nanoTime();

  EventStream(URI where, InputStream in) {
    this.where = where;
    this.in = in;
    this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.watchdog = Thread.ofVirtual().name("octune-client-watchdog").start(this::watch);
  }

  /** The next event; empty where the stream ended. */
  Optional<JobEvent> next() throws IOException {
    String id = "";
    String name = "";
    StringBuilder data = new StringBuilder();
    for (@Nullable String line = read(); line != null; line = read()) {
      if (line.isEmpty()) {
        if (data.length() > 0) {
          return Optional.of(
              new JobEvent(
                  id, name, Wire.json(where, data.toString().getBytes(StandardCharsets.UTF_8))));
        }
        continue;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      switch (field) {
        case "id" -> id = value;
        case "event" -> name = value;
        case "data" -> data.append(data.length() == 0 ? "" : "\n").append(value);
        default -> {
          // A comment, or a field of a later day.
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    watchdog.interrupt();
    in.close();
  }

  private @Nullable String read() throws IOException {
    @Nullable String line = lines.readLine();
    heardNanos = System.nanoTime();
    return line;
  }

  private void watch() {
    try {
      while (System.nanoTime() - heardNanos < SILENCE_LIMIT.toNanos()) {
        Thread.sleep(BETWEEN_LOOKS);
      }
      in.close();
    } catch (InterruptedException | IOException _) {
      // Closed by its owner, or broken already: the reader learns of it by itself.
      return;
    }
  }
}
