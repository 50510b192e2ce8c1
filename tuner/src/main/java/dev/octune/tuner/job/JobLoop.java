package dev.octune.tuner.job;

import dev.octune.kernels.measure.Device;
import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gives a {@link TuningJob} hands: carries out its effects on a device and a store, and feeds what
 * comes back. {@link #run} belongs to one thread; {@link #requestStop} may come from any.
 */
public final class JobLoop {
  /** Without events the job still looks at the time this often. */
  private static final long TICK_MILLIS = 100;

  private final TuningJob job;
  private final Device device;
  private final JobStore store;
  private final InstantSource clock;
  private final long seed;
  private final JobListener listener;
  private final LinkedBlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final Map<Long, CompletableFuture<Measurement>> withdrawable = new ConcurrentHashMap<>();
  private long measurements;

  public JobLoop(
      TuningJob job,
      Device device,
      JobStore store,
      InstantSource clock,
      long seed,
      JobListener listener) {
    this.job = job;
    this.device = device;
    this.store = store;
    this.clock = clock;
    this.seed = seed;
    this.listener = listener;
  }

  /**
   * Runs the job to its end.
   *
   * @throws JobFailedException where the store or the device failed for good; what was stored stays
   */
  public JobResult run() throws InterruptedException {
    Optional<JobResult> result = step(new Event.Started());
    while (result.isEmpty()) {
      Arrival arrival = arrivals.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
      result =
          switch (arrival) {
            case null -> step(new Event.Tick());
            case Arrival.Happened(Event event) -> step(event);
            case Arrival.Broken(String doing, Throwable cause) ->
                throw new JobFailedException(doing + " failed: " + cause.getMessage(), cause);
          };
      listener.progressed(job.progress());
    }
    return result.get();
  }

  /** Ends the job soon; nothing measured is lost. */
  public void requestStop(String reason) {
    arrivals.add(new Arrival.Happened(new Event.StopRequested(reason)));
  }

  private Optional<JobResult> step(Event event) {
    for (Effect effect : job.step(event, clock.instant())) {
      switch (effect) {
        case Effect.MeasureTrial e ->
            measure(
                new MeasureRequest(e.candidate(), seed, e.incumbentNanos()),
                new Event.TrialWithdrawn(e.trial()),
                measurement -> new Event.TrialMeasured(e.trial(), measurement));
        case Effect.MeasureDefault(int task, Candidate candidate) ->
            measure(
                new MeasureRequest(candidate, seed, OptionalDouble.empty()),
                new Event.DefaultWithdrawn(task),
                measurement -> new Event.DefaultMeasured(task, measurement));
        case Effect.StoreTrial(int trial, Candidate candidate, Measurement measurement) -> {
          listener.measured(candidate, measurement);
          await(
              "storing a trial",
              store.storeTrial(candidate, measurement),
              _ -> new Event.TrialStored(trial));
        }
        case Effect.StoreDefault(Candidate candidate, Measurement measurement) -> {
          listener.measured(candidate, measurement);
          await(
              "storing a default's time",
              store.storeDefault(candidate, measurement),
              _ -> new Event.Tick());
        }
        case Effect.Confirm(int task, List<Candidate> candidates) ->
            await(
                "confirming",
                device.confirm(candidates, seed),
                measurements -> new Event.ConfirmationMeasured(task, measurements));
        case Effect.StoreResult e ->
            await(
                "storing a result",
                store.storeResult(e.candidates(), e.measurements(), e.result()),
                _ -> new Event.ResultStored(e.task()));
        case Effect.CancelQueued _ ->
            List.copyOf(withdrawable.values()).forEach(f -> f.cancel(false));
        case Effect.Fail(String reason) ->
            throw new JobFailedException(
                reason + ". Mend: see octune doctor, then run the same command again");
        case Effect.Finish(JobResult result) -> {
          return Optional.of(result);
        }
      }
    }
    return Optional.empty();
  }

  private void measure(
      MeasureRequest request, Event withdrawn, Function<Measurement, Event> answer) {
    CompletableFuture<Measurement> future = device.measure(request);
    long number = measurements++;
    withdrawable.put(number, future);
    BiConsumer<@Nullable Measurement, @Nullable Throwable> done =
        (measurement, failure) -> {
          withdrawable.remove(number);
          if (future.isCancelled()) {
            arrivals.add(new Arrival.Happened(withdrawn));
          } else if (failure != null) {
            arrivals.add(new Arrival.Broken("measuring", failure));
          } else if (measurement != null) {
            arrivals.add(new Arrival.Happened(answer.apply(measurement)));
          }
        };
    var _ = future.whenComplete(done);
  }

  private <T extends @Nullable Object> void await(
      String doing, CompletableFuture<T> future, Function<T, Event> answer) {
    var _ =
        future.whenComplete(
            (value, failure) ->
                arrivals.add(
                    failure == null
                        ? new Arrival.Happened(answer.apply(value))
                        : new Arrival.Broken(doing, failure)));
  }

  private sealed interface Arrival {
    record Happened(Event event) implements Arrival {}

    record Broken(String doing, Throwable cause) implements Arrival {}
  }
}
