package dev.octune.rpc.worker;

import dev.octune.rpc.wire.Protocol;
import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * Who a worker is, and whom it serves.
 *
 * @param token read anew for each connection, on a thread that may block: a token may be replaced
 *     while a worker is up
 * @param name what people call it; names its devices
 * @param kernelsVersion {@code KernelLibrary.version()}
 * @param octuneVersion of this program
 * @param compilerVersion of this program's code generator
 * @param firstWait before the second attempt to reach the service
 * @param longestWait between two attempts
 * @param enrolLimit a service that has not answered by then is not there
 */
public record WorkerSettings(
    ServiceAddress service,
    Callable<String> token,
    String name,
    String kernelsVersion,
    String octuneVersion,
    String compilerVersion,
    Duration firstWait,
    Duration longestWait,
    Duration enrolLimit) {
  /** A restart of the service takes about a second. */
  private static final Duration FIRST_WAIT = Duration.ofMillis(250);

  /**
   * A rack of a thousand boards is back half a minute after its service, and harmless till then.
   */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  /** The usual waits. */
  public WorkerSettings(
      ServiceAddress service,
      Callable<String> token,
      String name,
      String kernelsVersion,
      String octuneVersion,
      String compilerVersion) {
    this(
        service,
        token,
        name,
        kernelsVersion,
        octuneVersion,
        compilerVersion,
        FIRST_WAIT,
        LONGEST_WAIT,
        Protocol.SILENCE_LIMIT);
  }
}
