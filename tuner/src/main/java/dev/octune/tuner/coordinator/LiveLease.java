package dev.octune.tuner.coordinator;

/** A lease that a device holds. */
final class LiveLease {
  private final Lease lease;
  private final Work work;
  private final Origin origin;
  private final double estimateSeconds;

  /**
   * A lease just given.
   *
   * @param origin of what the device will answer
   * @param estimateSeconds of device time that its owner was charged in advance
   */
  LiveLease(Lease lease, Work work, Origin origin, double estimateSeconds) {
    this.lease = lease;
    this.work = work;
    this.origin = origin;
    this.estimateSeconds = estimateSeconds;
  }

  Lease lease() {
    return lease;
  }

  long token() {
    return lease.token();
  }

  Work work() {
    return work;
  }

  Origin origin() {
    return origin;
  }

  double estimateSeconds() {
    return estimateSeconds;
  }
}
