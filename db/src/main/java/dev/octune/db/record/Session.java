package dev.octune.db.record;

import java.util.UUID;

/**
 * One tune command on one device: what its records have in common.
 *
 * @param id unique among all sessions of all machines
 * @param device what measured, as {@link dev.octune.kernels.measure.Device#description} says it
 * @param octuneVersion of the program, e.g. "0.1.0"
 * @param compilerVersion of the code generator, e.g. "LLVM 20.1.7"
 */
public record Session(String id, String device, String octuneVersion, String compilerVersion) {
  /** Longest id or version. */
  public static final int MAX_WORD_CHARS = 100;

  /** Longest device description; a full one has below 300 characters. */
  public static final int MAX_DEVICE_CHARS = 2000;

  public Session {
    check("session id", id, MAX_WORD_CHARS);
    check("device", device, MAX_DEVICE_CHARS);
    check("octune version", octuneVersion, MAX_WORD_CHARS);
    check("compiler version", compilerVersion, MAX_WORD_CHARS);
  }

  /** A session with an id that no other one has. */
  public static Session start(String device, String octuneVersion, String compilerVersion) {
    return new Session(UUID.randomUUID().toString(), device, octuneVersion, compilerVersion);
  }

  /** True where figures of both describe the same machine and the same code. */
  public boolean sameOrigin(Session other) {
    return device.equals(other.device)
        && octuneVersion.equals(other.octuneVersion)
        && compilerVersion.equals(other.compilerVersion);
  }

  private static void check(String name, String value, int maxChars) {
    if (value.isBlank() || value.length() > maxChars) {
      throw new IllegalArgumentException(
          "%s has %d characters, must have 1 to %d".formatted(name, value.length(), maxChars));
    }
  }
}
