package dev.octune.rpc.worker;

import dev.octune.kernels.measure.Measurement;
import dev.octune.rpc.v1.Result;
import dev.octune.rpc.wire.Messages;
import dev.octune.rpc.wire.Outcome;
import dev.octune.rpc.wire.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The leases of a worker from their arrival to their acknowledgement, over all connections. Each
 * ends once: the first outcome counts. Not thread-safe.
 */
final class Leases {
  private static final class Held {
    final int device;
    final Request request;
    final Running running;
    final String note;
    @Nullable Result result;
    boolean isOfAnEarlierConnection;

    Held(int device, Request request, String note, Running running) {
      this.device = device;
      this.request = request;
      this.note = note;
      this.running = running;
    }
  }

  private final Map<Long, Held> held = new LinkedHashMap<>();

  boolean holds(long lease) {
    return held.containsKey(lease);
  }

  boolean isEmpty() {
    return held.isEmpty();
  }

  /** Those that need not be handed to anybody else. */
  Set<Long> all() {
    return Collections.unmodifiableSet(held.keySet());
  }

  /** A request has come and is on its device. */
  void add(long lease, int device, Request request, String note, Running running) {
    held.put(lease, new Held(device, request, note, running));
  }

  /** It ended; returns what to send, empty where it had ended before or is not held. */
  Optional<Result> end(long lease, Outcome outcome) {
    Held ended = held.get(lease);
    if (ended == null || ended.result != null) {
      return Optional.empty();
    }
    Result result = Messages.result(lease, ended.device, outcome);
    ended.result = result;
    return Optional.of(message(ended, result));
  }

  /** Its time is over. */
  Optional<Result> timeOut(long lease) {
    Held late = held.get(lease);
    if (late == null || late.result != null) {
      return Optional.empty();
    }
    Measurement timedOut = new Measurement.TimedOut("lease", late.request.limit().toMillis());
    Optional<Result> result =
        end(
            lease,
            switch (late.request) {
              case Request.Measure _ -> new Outcome.Measured(timedOut);
              case Request.Confirm confirm ->
                  new Outcome.Confirmed(Collections.nCopies(confirm.candidates().size(), timedOut));
            });
    late.running.cancel();
    return result;
  }

  /** It is not wanted any more; its outcome comes through its {@link Running}. */
  void cancel(long lease) {
    Held unwanted = held.get(lease);
    if (unwanted != null && unwanted.result == null) {
      unwanted.running.cancel();
    }
  }

  /** Stops everything that has not ended. */
  void cancelAll() {
    List.copyOf(held.keySet()).forEach(this::cancel);
  }

  /** The service has it for good. */
  void acknowledged(long lease) {
    Held known = held.get(lease);
    if (known != null && known.result != null) {
      held.remove(lease);
    }
  }

  /** Another connection than the one that brought them delivers what is held now. */
  void connectedAnew() {
    held.values().forEach(lease -> lease.isOfAnEarlierConnection = true);
  }

  /** Ended and not acknowledged, in the order of their arrival. */
  List<Result> unacknowledged() {
    List<Result> results = new ArrayList<>();
    for (Held lease : held.values()) {
      if (lease.result != null) {
        results.add(message(lease, lease.result));
      }
    }
    return results;
  }

  private static Result message(Held lease, Result result) {
    return lease.isOfAnEarlierConnection ? Messages.again(result, lease.note) : result;
  }

  /** Requests of a device that have not ended. */
  int open(int device) {
    int open = 0;
    for (Held lease : held.values()) {
      if (lease.device == device && lease.result == null) {
        open++;
      }
    }
    return open;
  }
}
