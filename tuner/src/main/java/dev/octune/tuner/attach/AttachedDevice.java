package dev.octune.tuner.attach;

import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.rpc.tracker.Tracker;
import dev.octune.rpc.wire.Outcome;
import dev.octune.rpc.wire.Protocol;
import dev.octune.rpc.wire.Request;
import dev.octune.tuner.coordinator.DevicePort;
import dev.octune.tuner.coordinator.Errand;
import dev.octune.tuner.coordinator.Lease;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One device of one session, as the coordinator sees it. Thread-safe. */
final class AttachedDevice implements DevicePort {
  private final Tracker tracker;
  private final long session;
  private final int position;
  private final Map<Long, Lease> open = new LinkedHashMap<>();

  AttachedDevice(Tracker tracker, long session, int position) {
    this.tracker = tracker;
    this.session = session;
    this.position = position;
  }

  @Override
  public void measure(Lease lease) {
    Request request;
    synchronized (open) {
      open.put(lease.token(), lease);
      request = request(lease, limit());
    }
    tracker.send(
        session, position, lease.token(), request, lease.errand().map(Errand::text).orElse(""));
  }

  @Override
  public void acknowledge(long token) {
    tracker.acknowledge(session, token);
  }

  @Override
  public void revoke(long token) {
    synchronized (open) {
      open.remove(token);
    }
    tracker.cancel(session, token);
  }

  @Override
  public void dismiss(String reason) {
    tracker.drop(session, reason);
  }

  /**
   * What an outcome says of its lease; empty where nothing is said: withdrawn, and not open here.
   */
  Optional<List<Measurement>> answer(long token, Outcome outcome) {
    Lease lease;
    synchronized (open) {
      lease = open.remove(token);
    }
    if (lease == null) {
      // Of an earlier session, or revoked: what its token is worth is the coordinator's to say.
      return switch (outcome) {
        case Outcome.Measured(Measurement measurement) -> Optional.of(List.of(measurement));
        case Outcome.Confirmed(List<Measurement> measurements) -> Optional.of(measurements);
        case Outcome.Refused _, Outcome.Withdrawn _ -> Optional.empty();
      };
    }
    return Optional.of(
        switch (outcome) {
          case Outcome.Measured(Measurement measurement) -> fitting(lease, List.of(measurement));
          case Outcome.Confirmed(List<Measurement> measurements) -> fitting(lease, measurements);
          case Outcome.Refused(String reason) ->
              each(lease, new Measurement.BuildFailed("the worker refuses it: " + reason));
          case Outcome.Withdrawn() ->
              each(lease, new Measurement.DeviceLost("the worker has given it up"));
        });
  }

  private static List<Measurement> fitting(Lease lease, List<Measurement> measurements) {
    int wanted = lease.candidates().size();
    return measurements.size() == wanted
        ? measurements
        : each(
            lease,
            new Measurement.DeviceLost(
                "the worker answered with %d measurements, %d were asked for"
                    .formatted(measurements.size(), wanted)));
  }

  private static List<Measurement> each(Lease lease, Measurement measurement) {
    return Collections.nCopies(lease.candidates().size(), measurement);
  }

  private static Request request(Lease lease, Duration limit) {
    return switch (lease.purpose()) {
      case TRIAL ->
          new Request.Measure(
              new MeasureRequest(
                  lease.candidates().getFirst(), lease.seed(), lease.incumbentNanos()),
              limit);
      case CONFIRMATION -> new Request.Confirm(lease.candidates(), lease.seed(), limit);
    };
  }

  /** A lease's own limit begins with its turn, the worker's with its arrival. */
  private Duration limit() {
    Duration limit = Duration.ZERO;
    for (Lease lease : open.values()) {
      limit = limit.plus(lease.limit());
    }
    return limit.compareTo(Protocol.MAX_LIMIT) < 0 ? limit : Protocol.MAX_LIMIT;
  }
}
