package dev.octune.tuner.coordinator;

import dev.octune.db.job.DeviceRow;
import dev.octune.db.job.JobChange;
import dev.octune.kernels.target.DeviceId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** A device that is attached, or was once. */
final class LiveDevice {
  private final DeviceId id;
  private final Map<Long, LiveLease> leases = new LinkedHashMap<>();
  private LiveKey key;
  private String description;
  private Map<String, Double> probes = Map.of();
  private boolean isAwaited;
  private OptionalDouble load1m = OptionalDouble.empty();
  private @Nullable Attachment attachment;

  private OptionalDouble baseNanos;
  private OptionalDouble lastBaseNanos = OptionalDouble.empty();
  private OptionalDouble leastReading = OptionalDouble.empty();
  private int readings;
  private Optional<DeviceView.Quarantine> quarantine;
  private final StoredRow<DeviceRow> stored;

  private boolean mustCalibrate;
  private boolean isCalibrating;
  private int badCalibrations;
  private int suspicion;
  private long calibrateAtNanos;

  private long headSinceNanos;
  private long busyNanos;
  private long results;
  private DeviceView.Status shown = DeviceView.Status.DETACHED;
  private Instant since;
  private boolean isCountedUsable;

  LiveDevice(
      DeviceId id,
      LiveKey key,
      String description,
      OptionalDouble baseNanos,
      Optional<DeviceView.Quarantine> quarantine,
      Optional<DeviceRow> stored,
      Instant since) {
    this.id = id;
    this.key = key;
    this.description = description;
    this.baseNanos = baseNanos;
    this.quarantine = quarantine;
    this.stored = new StoredRow<>(stored, this::row, JobChange.DeviceChanged::new);
    this.since = since;
    stored.ifPresent(
        row -> {
          this.probes = row.probes();
          this.isAwaited = row.isAttached();
        });
  }

  /** A living connection. */
  static final class Attachment {
    private final long number;
    private final DeviceDeclaration declaration;
    private long heardNanos;
    private boolean draining;

    private Attachment(long number, DeviceDeclaration declaration, long heardNanos) {
      this.number = number;
      this.declaration = declaration;
      this.heardNanos = heardNanos;
    }

    long number() {
      return number;
    }

    DeviceDeclaration declaration() {
      return declaration;
    }

    long heardNanos() {
      return heardNanos;
    }
  }

  DeviceId id() {
    return id;
  }

  LiveKey key() {
    return key;
  }

  // ---- connection

  void attach(LiveKey declaredKey, long number, DeviceDeclaration declaration, long nanos) {
    if (key != declaredKey) {
      // Another base kernel, perhaps another target: what was known is of another device.
      forgetBase();
      key = declaredKey;
    }
    description = declaration.description();
    probes = declaration.probes();
    isAwaited = false;
    attachment = new Attachment(number, declaration, nanos);
    isCalibrating = false;
    startOver(nanos);
  }

  /** It is to be calibrated before anything else, with nothing held against it. */
  void startOver(long nanos) {
    mustCalibrate = true;
    badCalibrations = 0;
    suspicion = 0;
    calibrateAtNanos = nanos;
  }

  void detach() {
    attachment = null;
    isCalibrating = false;
  }

  /** It was there when the last process died, and has not come back. */
  boolean isAwaited() {
    return isAwaited;
  }

  void awaitNoMore() {
    isAwaited = false;
  }

  Optional<Attachment> attachment() {
    return Optional.ofNullable(attachment);
  }

  void heard(long nanos) {
    if (attachment != null) {
      attachment.heardNanos = nanos;
    }
  }

  void setLoad(OptionalDouble newLoad1m) {
    load1m = newLoad1m;
  }

  void drain() {
    if (attachment != null) {
      attachment.draining = true;
    }
  }

  boolean isDraining() {
    return attachment != null && attachment.draining;
  }

  // ---- leases, in the order in which the device works on them

  int heldLeases() {
    return leases.size();
  }

  boolean hasFreeSlot() {
    return attachment != null && leases.size() < attachment.declaration.slots();
  }

  Iterable<LiveLease> leases() {
    return leases.values();
  }

  Optional<LiveLease> lease(long token) {
    return Optional.ofNullable(leases.get(token));
  }

  Optional<LiveLease> head() {
    return leases.values().stream().findFirst();
  }

  boolean isHead(LiveLease lease) {
    return head().filter(head -> head == lease).isPresent();
  }

  long headSinceNanos() {
    return headSinceNanos;
  }

  void hold(LiveLease lease, long nanos) {
    if (leases.isEmpty()) {
      headSinceNanos = nanos;
    }
    leases.put(lease.token(), lease);
  }

  /**
   * A lease is over.
   *
   * @return seconds in which the device worked on it: none where others were before it
   */
  double letGo(LiveLease lease, long nanos) {
    boolean wasHead = isHead(lease);
    leases.remove(lease.token());
    if (!wasHead) {
      return 0;
    }
    long worked = nanos - headSinceNanos;
    headSinceNanos = nanos;
    busyNanos += worked;
    return worked / 1e9;
  }

  void gaveResult() {
    results++;
  }

  // ---- trust

  OptionalDouble baseNanos() {
    return baseNanos;
  }

  void setBase(double nanos) {
    baseNanos = OptionalDouble.of(nanos);
    leastReading = OptionalDouble.empty();
    readings = 0;
  }

  /**
   * Takes one more time of the base kernel of a device without a base. What disturbs a machine
   * makes it slower, never faster: the least time becomes the base once another one was near it, or
   * after so many readings.
   *
   * @return false where it needs another reading
   */
  boolean settles(double nanos, double tolerance, int maxReadings) {
    readings++;
    double least = Math.min(nanos, leastReading.orElse(nanos));
    double most = Math.max(nanos, leastReading.orElse(nanos));
    leastReading = OptionalDouble.of(least);
    if ((readings > 1 && most / least - 1 <= tolerance) || readings >= maxReadings) {
      setBase(least);
      return true;
    }
    return false;
  }

  /** The next calibration sets a new base: a person says that the device is as it should be. */
  void forgetBase() {
    baseNanos = OptionalDouble.empty();
    leastReading = OptionalDouble.empty();
    readings = 0;
  }

  void setLastBase(double nanos) {
    lastBaseNanos = OptionalDouble.of(nanos);
  }

  boolean mustCalibrate() {
    return mustCalibrate;
  }

  void requireCalibration(long nanos) {
    mustCalibrate = true;
    calibrateAtNanos = nanos;
  }

  boolean isCalibrationDue(long nanos) {
    return !isCalibrating && nanos >= calibrateAtNanos;
  }

  boolean isCalibrating() {
    return isCalibrating;
  }

  void calibrating(boolean isOpen) {
    isCalibrating = isOpen;
  }

  /** It is as it should be, until the next look. */
  void calibrated(long nextNanos) {
    mustCalibrate = false;
    badCalibrations = 0;
    suspicion = 0;
    calibrateAtNanos = nextNanos;
  }

  void calibrateAt(long nanos) {
    calibrateAtNanos = nanos;
  }

  int badCalibrations() {
    return badCalibrations;
  }

  void badCalibration() {
    badCalibrations++;
  }

  int suspicion() {
    return suspicion;
  }

  void suspect(int points) {
    suspicion += points;
  }

  void trust() {
    suspicion = 0;
  }

  Optional<DeviceView.Quarantine> quarantine() {
    return quarantine;
  }

  void quarantine(Optional<DeviceView.Quarantine> changed) {
    quarantine = changed;
  }

  /** Attached, trusted, staying. */
  boolean isUsable() {
    return attachment != null && quarantine.isEmpty() && !attachment.draining;
  }

  /** Whether it may get trials now: calibrated, and its factor durable. */
  boolean isReady() {
    return isUsable()
        && !mustCalibrate
        && key.isReferenceStored()
        && stored.stored().filter(row -> row.baseNanos().equals(baseNanos)).isPresent();
  }

  /** Makes its times those of the key's reference device. */
  double factor() {
    return baseNanos.isPresent() && key.referenceNanos().isPresent()
        ? key.referenceNanos().getAsDouble() / baseNanos.getAsDouble()
        : 1;
  }

  // ---- the store

  DeviceRow row() {
    return new DeviceRow(
        id,
        key.key(),
        description,
        baseNanos,
        quarantine.map(q -> new DeviceRow.Quarantine(q.cause().text(), q.reason(), q.since())),
        attachment != null || isAwaited,
        probes);
  }

  StoredRow<DeviceRow> stored() {
    return stored;
  }

  // ---- views

  /** What is shown: a quarantine only once it is durable. */
  DeviceView.Status status() {
    if (attachment == null) {
      return DeviceView.Status.DETACHED;
    }
    if (storedQuarantine().isPresent()) {
      return DeviceView.Status.QUARANTINED;
    }
    if (attachment.draining) {
      return DeviceView.Status.DRAINING;
    }
    return isReady() ? DeviceView.Status.READY : DeviceView.Status.CALIBRATING;
  }

  /** True where the status is another one than the last time. */
  boolean updateStatus(Instant now) {
    DeviceView.Status status = status();
    if (status == shown) {
      return false;
    }
    shown = status;
    since = now;
    return true;
  }

  /** Counts it in or out of its key's usable devices; true where that changed. */
  boolean updateUsable() {
    boolean now = isUsable();
    if (now == isCountedUsable) {
      return false;
    }
    isCountedUsable = now;
    key.countUsable(now ? 1 : -1);
    return true;
  }

  DeviceView view() {
    return new DeviceView(
        id,
        key.key(),
        key.target(),
        description,
        shown,
        since,
        storedQuarantine(),
        leases.size(),
        results,
        busyNanos / 1e9,
        lastBaseNanos,
        factor(),
        attachment == null ? OptionalDouble.empty() : load1m,
        probes);
  }

  private Optional<DeviceView.Quarantine> storedQuarantine() {
    return stored.stored().flatMap(DeviceRow::quarantine).isPresent()
        ? quarantine
        : Optional.empty();
  }
}
