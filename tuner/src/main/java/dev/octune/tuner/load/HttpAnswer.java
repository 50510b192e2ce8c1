package dev.octune.tuner.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One HTTP/1.1 answer as its bytes come in: as much is read of it as tells where it ends and what
 * kind of match it is. Not thread-safe.
 */
final class HttpAnswer {
  /** Answers of single look-ups have below 2 KB. */
  private static final int MAX_BYTES = 1 << 16;

  private static final byte[] OK = ascii("HTTP/1.1 200 ");
  private static final byte[] LENGTH = ascii("content-length:");
  private static final byte[] EXACT = ascii("{\"match\":\"exact\"");
  private static final int UNKNOWN = -1;

  private final byte[] bytes = new byte[MAX_BYTES];
  private final ByteBuffer in = ByteBuffer.wrap(bytes);

  /** Where the next line of the head begins. */
  private int line;

  private int bodyBytes = UNKNOWN;
  private int body = UNKNOWN;

  /** Where a channel puts what it reads. */
  ByteBuffer in() {
    return in;
  }

  /** Forgets the answer for the next one. */
  void clear() {
    in.clear();
    line = 0;
    bodyBytes = UNKNOWN;
    body = UNKNOWN;
  }

  /**
   * Whether all of it has come.
   *
   * @throws IOException where it is no 200 with a length
   */
  boolean isWhole() throws IOException {
    if (body == UNKNOWN) {
      readHead();
    }
    return body != UNKNOWN && in.position() >= body + bodyBytes;
  }

  /** Whether a whole answer is a look-up's with an exact match. */
  boolean isExact() {
    return begins(body, EXACT);
  }

  private void readHead() throws IOException {
    for (int i = line; i < in.position(); i++) {
      if (bytes[i] != '\n') {
        continue;
      }
      if (line == 0 && !begins(0, OK)) {
        throw new IOException("the service answered: " + text(0, i));
      }
      if (i - line <= 1) {
        if (bodyBytes == UNKNOWN) {
          throw new IOException("the service's answer has no Content-Length");
        }
        body = i + 1;
        return;
      }
      if (isLength()) {
        bodyBytes = Integer.parseInt(text(line + LENGTH.length, i));
      }
      line = i + 1;
    }
  }

  /** Field names are written in any case. */
  private boolean isLength() {
    for (int i = 0; i < LENGTH.length; i++) {
      int letter = bytes[line + i];
      if (letter != LENGTH[i] && (letter | 0x20) != LENGTH[i]) {
        return false;
      }
    }
    return true;
  }

  private boolean begins(int at, byte[] wanted) {
    return Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length);
  }

  private String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.US_ASCII).strip();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
