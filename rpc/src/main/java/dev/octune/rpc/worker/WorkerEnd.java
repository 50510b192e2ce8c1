package dev.octune.rpc.worker;

/** Why a worker has ended. */
public sealed interface WorkerEnd {
  /** Everything it had is delivered. */
  record Drained(String reason) implements WorkerEnd {}

  /**
   * The service wants no such worker, and would not the next time: token, certificate, version or
   * enrolment.
   *
   * @param status as gRPC names it
   * @param reason the service's own words: what, and how to mend it
   */
  record Refused(String status, String reason) implements WorkerEnd {}

  /** Its owner closed it; what was not delivered is lost, and measured again elsewhere. */
  record Closed() implements WorkerEnd {}
}
