package dev.octune.rpc.worker;

import dev.octune.kernels.measure.Device;
import dev.octune.kernels.measure.Measurement;
import dev.octune.rpc.wire.Outcome;
import dev.octune.rpc.wire.Request;
import java.util.Collections;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A request on its device. Thread-safe. */
final class Running {
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  private @Nullable CompletableFuture<?> atDevice;
  private boolean cancelled;

  /**
   * Hands a request to a device.
   *
   * @param threads carries the call, which may wait for room in the device's queue
   */
  static Running start(Request request, Device device, Executor threads) {
    Running running = new Running();
    threads.execute(() -> running.begin(request, device));
    return running;
  }

  /** How it ended; always normally. */
  CompletableFuture<Outcome> outcome() {
    return outcome;
  }

  /** Ends it in Withdrawn, unless it has ended; what has not begun is not run. */
  void cancel() {
    @Nullable CompletableFuture<?> begun;
    synchronized (this) {
      cancelled = true;
      begun = atDevice;
    }
    // What the device has answered already is on its way, and was measured: it is not thrown away.
    if (begun == null || begun.cancel(false)) {
      boolean _ = outcome.complete(new Outcome.Withdrawn());
    }
  }

  private void begin(Request request, Device device) {
    synchronized (this) {
      if (cancelled) {
        return;
      }
    }
    try {
      switch (request) {
        case Request.Measure measure ->
            follow(device.measure(measure.request()), Outcome.Measured::new, Outcome.Measured::new);
        case Request.Confirm confirm ->
            follow(
                device.confirm(confirm.candidates(), confirm.seed()),
                Outcome.Confirmed::new,
                lost ->
                    new Outcome.Confirmed(Collections.nCopies(confirm.candidates().size(), lost)));
      }
    } catch (RuntimeException e) {
      // The top of one request: what a device can't take at all must not end its worker.
      boolean _ = outcome.complete(new Outcome.Refused(String.valueOf(e.getMessage())));
    }
  }

  private <T> void follow(
      CompletableFuture<T> future,
      Function<T, Outcome> measured,
      Function<Measurement, Outcome> lost) {
    boolean late;
    synchronized (this) {
      atDevice = future;
      late = cancelled;
    }
    if (late) {
      boolean _ = future.cancel(false);
    }
    var _ =
        future.whenComplete(
            (value, failure) -> {
              boolean _ =
                  outcome.complete(failure == null ? measured.apply(value) : failed(failure, lost));
            });
  }

  private static Outcome failed(Throwable failure, Function<Measurement, Outcome> lost) {
    return failure instanceof CancellationException
        ? new Outcome.Withdrawn()
        : lost.apply(new Measurement.DeviceLost(String.valueOf(failure.getMessage())));
  }
}
