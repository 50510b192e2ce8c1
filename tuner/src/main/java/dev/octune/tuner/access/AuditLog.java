package dev.octune.tuner.access;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Set;

/**
 * Who did what: JSON lines, only ever appended to. A line is written before the deed is answered,
 * and survives the death of this process. Thread-safe; writing blocks.
 */
public final class AuditLog implements AutoCloseable {
  private static final String FILE = "audit.jsonl";

  private final Path file;
  private final FileChannel channel;
  private final InstantSource clock;

  private AuditLog(Path file, FileChannel channel, InstantSource clock) {
    this.file = file;
    this.channel = channel;
    this.clock = clock;
  }

  /** The log of a data folder; what is there stays. */
  public static AuditLog open(Path folder, InstantSource clock) {
    Path file = folder.resolve(FILE);
    try {
      boolean torn = endsInsideLine(file);
      FileChannel channel =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
              PrivateFile.OWNER_ONLY);
      AuditLog log = new AuditLog(file, channel, clock);
      if (torn) {
        // A crash cut the last line; the next one must not be lost with it.
        log.append("\n");
      }
      return log;
    } catch (IOException e) {
      throw new AccessException(
          "Audit log %s can't be written: %s. Mend: make it writable".formatted(file, e), e);
    }
  }

  /**
   * Writes a line.
   *
   * @param who principal's name, or where a stranger came from
   * @param tokenId empty for a stranger
   * @param what the deed's name, such as {@code job.submit}
   * @param on what it was done to
   * @param outcome how it ended, in few words
   * @throws AccessException where it can't be written
   */
  public void write(String who, String tokenId, String what, String on, String outcome) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("at", clock.instant().toString());
    line.put("who", who);
    if (!tokenId.isEmpty()) {
      line.put("token", tokenId);
    }
    line.put("what", what);
    line.put("on", on);
    line.put("outcome", outcome);
    try {
      append(line + "\n");
    } catch (IOException e) {
      throw new AccessException(
          "Audit log %s can't be written: %s. Mend: see that the disk has room".formatted(file, e),
          e);
    }
  }

  private synchronized void append(String text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    while (bytes.hasRemaining()) {
      int _ = channel.write(bytes);
    }
  }

  private static boolean endsInsideLine(Path file) throws IOException {
    if (!Files.exists(file) || Files.size(file) == 0) {
      return false;
    }
    try (FileChannel reader = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      int _ = reader.read(last, reader.size() - 1);
      return last.get(0) != '\n';
    }
  }

  @Override
  public synchronized void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new AccessException("Audit log %s can't be closed: %s".formatted(file, e), e);
    }
  }
}
