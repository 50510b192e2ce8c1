package dev.octune.tuner.lookup;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A strong entity tag (RFC 9110, §8.8.3) of an answer's bytes: another one exactly where the bytes
 * are others, also on another machine or after a restart.
 *
 * @param text with its quotes
 */
record EntityTag(String text) {
  /** Of the SHA-256: 128 bits, so that nobody meets two answers of one tag. */
  private static final int BYTES = 16;

  static EntityTag of(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return new EntityTag(
          '"'
              + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, BYTES))
              + '"');
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Whether the client has this answer: If-None-Match names it, weakly or not, or any. */
  boolean isKnownTo(RoutingContext context) {
    @Nullable String header = context.request().getHeader(HttpHeaders.IF_NONE_MATCH);
    if (header == null) {
      return false;
    }
    // Tags of this service hold no comma; those that do are others' and match nothing.
    for (String each : header.split(",", -1)) {
      String tag = each.strip();
      if (tag.equals("*") || tag.equals(text) || tag.equals("W/" + text)) {
        return true;
      }
    }
    return false;
  }
}
