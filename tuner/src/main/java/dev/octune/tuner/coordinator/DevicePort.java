package dev.octune.tuner.coordinator;

/**
 * The way to one attached device, called on the coordinator's thread in the order in which the
 * device must learn of it. Must not block and must not throw: what can't be delivered ends in
 * {@link DeviceLink#detached}.
 */
public interface DevicePort {
  /** Measure this; answer with {@link DeviceLink#result}. */
  void measure(Lease lease);

  /** The result of this lease is durable, or of no use: the device may forget it. */
  void acknowledge(long token);

  /** The lease is over: don't begin it, and don't answer if it has begun. */
  void revoke(long token);

  /** The device is not wanted, or not any more: tell it why and end the connection. */
  void dismiss(String reason);
}
