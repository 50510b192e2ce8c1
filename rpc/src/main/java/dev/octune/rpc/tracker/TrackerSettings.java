package dev.octune.rpc.tracker;

import dev.octune.rpc.wire.Protocol;
import java.time.Duration;

/**
 * What a tracker allows.
 *
 * @param kernelsVersion {@code KernelLibrary.version()}: workers of any other are refused
 * @param clientCertificate workers must show one that the server's TLS trusts
 * @param heartbeatEvery what workers are told to send
 * @param silenceLimit a session that says nothing, or reads nothing, for so long is dropped
 * @param maxWorkers sessions at once
 * @param maxUnacknowledged outcomes of a session that were told and not acknowledged
 */
public record TrackerSettings(
    String kernelsVersion,
    boolean clientCertificate,
    Duration heartbeatEvery,
    Duration silenceLimit,
    int maxWorkers,
    int maxUnacknowledged) {
  /** Four times the fleet this is meant for; each takes some 50 KB. */
  private static final int MAX_WORKERS = 4096;

  /** A second of a fast device. */
  private static final int MAX_UNACKNOWLEDGED = 256;

  public TrackerSettings {
    if (heartbeatEvery.toMillis() < 1
        || silenceLimit.compareTo(heartbeatEvery.multipliedBy(2)) < 0
        || maxWorkers < 1
        || maxUnacknowledged < 1) {
      throw new IllegalArgumentException(
          "heartbeats every %s, silence limit %s (at least two of them), %d workers, %d outcomes"
              .formatted(heartbeatEvery, silenceLimit, maxWorkers, maxUnacknowledged));
    }
  }

  /** The usual limits. */
  public static TrackerSettings of(String kernelsVersion, boolean clientCertificate) {
    return new TrackerSettings(
        kernelsVersion,
        clientCertificate,
        Protocol.HEARTBEAT_EVERY,
        Protocol.SILENCE_LIMIT,
        MAX_WORKERS,
        MAX_UNACKNOWLEDGED);
  }
}
