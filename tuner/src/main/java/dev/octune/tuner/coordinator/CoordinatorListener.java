package dev.octune.tuner.coordinator;

/** Told what has become durable, on the coordinator's thread, in order; must return at once. */
public interface CoordinatorListener {
  void news(JobNews news);

  /** A device came, went, was quarantined or released. */
  void deviceChanged(DeviceView device);
}
