package dev.octune.tuner.coordinator;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Results that devices have delivered and still keep: a device forgets one only once it is durable
 * here, or of no use, so that a coordinator that dies in between gets it again.
 */
final class Receipts {
  /** By token the connection over which it came last. */
  private final Map<Long, Long> open = new HashMap<>();

  /** A result has come and is of use. */
  void expect(long token, long attachment) {
    open.put(token, attachment);
  }

  /** True where the result is on its way to the store; it is acknowledged over this connection. */
  boolean isExpected(long token, long attachment) {
    return open.replace(token, attachment) != null;
  }

  /** Results are durable, or of no use. */
  void settle(Moment moment, List<Long> tokens) {
    for (long token : tokens) {
      Long attachment = open.remove(token);
      if (attachment != null) {
        moment.decide(new CoordinatorEffect.Acknowledge(attachment, token));
      }
    }
  }
}
