package dev.octune.db.record;

import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/** What a lookup tells of a confirmed best, with its samples at hand or without them. */
public interface KnownBest {
  /** Hex digits of an {@link #id}: 128 bits, so that nobody meets two of one id. */
  int ID_DIGITS = 32;

  Workload workload();

  Target target();

  /** The confirmed schedule. */
  Schedule schedule();

  /** Its time, confirmed beside the default's. */
  double medianNanos();

  /** The default schedule's time in the same confirmation. */
  double defaultNanos();

  Instant confirmedAt();

  /** What measured, as its session says it. */
  String device();

  /** Default time / best time, at least 1. */
  default double speedup() {
    return defaultNanos() / medianNanos();
  }

  /**
   * Names this outcome on every machine: digits of the SHA-256 of workload, target, schedule,
   * device and time of confirmation.
   */
  default String id() {
    String content =
        String.join(
            "\n",
            workload().text(),
            target().text(),
            schedule().text(),
            device(),
            Long.toString(confirmedAt().toEpochMilli()));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, ID_DIGITS / 2);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
