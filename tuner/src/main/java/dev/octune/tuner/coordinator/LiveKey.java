package dev.octune.tuner.coordinator;

import dev.octune.db.job.DeviceKeyRow;
import dev.octune.db.job.JobChange;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;

/** A class of equal devices, and who shares them. */
final class LiveKey {
  /** How fast the expected time of a lease follows what leases take. */
  private static final double LEARNING_RATE = 0.1;

  /** Expected of a lease while none has been answered; corrected once it is. */
  private static final double FIRST_GUESS_SECONDS = 0.5;

  private final DeviceKey key;
  private final Target target;
  private final FairShare share = new FairShare();

  /** Devices with a free slot, the emptiest first, so that no work waits behind other work. */
  private final NavigableSet<LiveDevice> free =
      new TreeSet<>(
          Comparator.comparingInt(LiveDevice::heldLeases)
              .thenComparing(device -> device.id().text()));

  private final StoredRow<DeviceKeyRow> stored;
  private OptionalDouble referenceNanos;
  private double leaseSeconds = FIRST_GUESS_SECONDS;
  private int usable;

  private LiveKey(DeviceKeyRow row, Optional<DeviceKeyRow> stored) {
    this.key = row.key();
    this.target = row.target();
    this.referenceNanos = row.referenceNanos();
    this.stored = new StoredRow<>(stored, this::row, JobChange.KeyChanged::new);
  }

  /** A key that nobody has declared before. */
  static LiveKey fresh(DeviceKey key, Target target) {
    return new LiveKey(new DeviceKeyRow(key, target, OptionalDouble.empty()), Optional.empty());
  }

  static LiveKey restored(DeviceKeyRow row) {
    return new LiveKey(row, Optional.of(row));
  }

  DeviceKey key() {
    return key;
  }

  Target target() {
    return target;
  }

  FairShare share() {
    return share;
  }

  NavigableSet<LiveDevice> free() {
    return free;
  }

  OptionalDouble referenceNanos() {
    return referenceNanos;
  }

  /** The time that all figures of the key are scaled to, from now on and for ever. */
  void setReference(double nanos) {
    referenceNanos = OptionalDouble.of(nanos);
  }

  boolean isReferenceStored() {
    return stored.stored().filter(row -> row.referenceNanos().isPresent()).isPresent();
  }

  StoredRow<DeviceKeyRow> stored() {
    return stored;
  }

  /** Devices that have work or may soon have: attached, trusted, staying. */
  int usable() {
    return usable;
  }

  void countUsable(int change) {
    usable += change;
  }

  /** What a lease of so many candidates is expected to take. */
  double expectedSeconds(int candidates) {
    return leaseSeconds * candidates;
  }

  void learn(double seconds, int candidates) {
    leaseSeconds += LEARNING_RATE * (seconds / candidates - leaseSeconds);
  }

  private DeviceKeyRow row() {
    return new DeviceKeyRow(key, target, referenceNanos);
  }
}
