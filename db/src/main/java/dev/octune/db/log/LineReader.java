package dev.octune.db.log;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Splits a stream at line feeds without ever holding more than one line. Not thread-safe. */
final class LineReader {
  /** Longest line that is read: a record's measurement has below 1 MB, some 3 MB as JSON. */
  static final int MAX_LINE_BYTES = 8 << 20;

  private final InputStream in;
  private long number;

  LineReader(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /**
   * One line.
   *
   * @param number counted from 1
   * @param bytes without the line feed; none where there were more than {@link #MAX_LINE_BYTES}
   */
  record Line(long number, Optional<byte[]> bytes) {}

  /** The next line, empty at the end. */
  Optional<Line> next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long length = 0;
    int b = in.read();
    if (b < 0) {
      return Optional.empty();
    }
    for (; b >= 0 && b != '\n'; b = in.read()) {
      length++;
      if (length <= MAX_LINE_BYTES) {
        line.write(b);
      }
    }
    number++;
    return Optional.of(
        new Line(
            number, length <= MAX_LINE_BYTES ? Optional.of(line.toByteArray()) : Optional.empty()));
  }
}
