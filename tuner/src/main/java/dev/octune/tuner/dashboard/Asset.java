package dev.octune.tuner.dashboard;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file of the page, held in memory.
 *
 * @param name relative to this package's resources
 * @param type its media type
 * @param etag names its bytes, in quotes
 */
record Asset(String name, String type, Buffer bytes, String etag) {
  /** Half a SHA-256 tells the versions of a file apart. */
  private static final int ETAG_BYTES = 16;

  /** Reads a file of the page. */
  static Asset load(String name) {
    byte[] bytes;
    try (InputStream in = Asset.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            "the dashboard's file %s is not packed. Mend: build with mvn package".formatted(name));
      }
      bytes = in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the dashboard's file " + name, e);
    }
    return new Asset(name, typeOf(name), Buffer.buffer(bytes), etagOf(bytes));
  }

  private static String typeOf(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "html" -> "text/html; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      case "svg" -> "image/svg+xml";
      case "txt" -> "text/plain; charset=utf-8";
      default -> throw new IllegalArgumentException("no media type for " + name);
    };
  }

  private static String etagOf(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return '"' + HexFormat.of().formatHex(digest, 0, ETAG_BYTES) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
