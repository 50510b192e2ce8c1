package dev.octune.tuner.load;

import dev.octune.kernels.measure.Device;
import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.DeviceKey;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.rpc.tracker.Tracker;
import dev.octune.rpc.tracker.TrackerEvent;
import dev.octune.rpc.tracker.TrackerListener;
import dev.octune.rpc.wire.DeviceDeclaration;
import dev.octune.rpc.wire.Outcome;
import dev.octune.rpc.wire.Request;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Many workers on one tracker, each a real {@link dev.octune.rpc.worker.Worker} over its own TCP
 * connection on loopback, whose device answers at once: what is measured is the wire alone, both of
 * its ends in this process. Each result frees a place, which is filled at once.
 *
 * <p>Run by {@code octune bench-rpc --workers 1000}.
 */
public final class WorkerFleet {
  /** A connection of each takes a moment: all of them, on two busy cores. */
  private static final long ATTACH_LIMIT_SECONDS = 120;

  private static final Target TARGET = Target.parse("x86_64 cpu=znver4 isa=avx2 threads=1");

  private final int workers;
  private final int depth;

  /**
   * @param depth requests that each holds at once
   */
  public WorkerFleet(int workers, int depth) {
    this.workers = workers;
    this.depth = depth;
  }

  /**
   * What was seen.
   *
   * @param leases given
   * @param results taken in, each of a lease that was open at that worker
   * @param faults leases held twice, answered twice, or by another worker than theirs
   * @param attachSeconds until all were attached
   */
  public record Report(
      int workers, long leases, long results, long faults, double attachSeconds, double seconds) {
    @Override
    public String toString() {
      return ("%d workers attached in %.1f s; %,d results in %.1f s: %,.0f/s; leases held or"
              + " answered twice: %d")
          .formatted(workers, attachSeconds, results, seconds, results / seconds, faults);
    }
  }

  /** Runs for a while. */
  public Report run(Duration duration) throws InterruptedException {
    Dispatcher dispatcher = new Dispatcher();
    long start = System.nanoTime();
    try (LoopbackService service = new LoopbackService("bench/1", dispatcher)) {
      dispatcher.tracker = Optional.of(service.tracker());
      for (int i = 0; i < workers; i++) {
        service.lend("w" + i, declaration(), new InstantDevice());
      }
      if (!dispatcher.attached.await(ATTACH_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "%d of %d workers attached within %d s. Mend: raise the limit of open files"
                .formatted(
                    workers - dispatcher.attached.getCount(), workers, ATTACH_LIMIT_SECONDS));
      }
      double attachSeconds = (System.nanoTime() - start) / 1e9;
      long before = dispatcher.results.sum();
      long from = System.nanoTime();
      Thread.sleep(duration);
      long results = dispatcher.results.sum() - before;
      double seconds = (System.nanoTime() - from) / 1e9;
      dispatcher.stopped = true;
      return new Report(
          workers,
          dispatcher.leases.get(),
          results,
          dispatcher.faults.sum(),
          attachSeconds,
          seconds);
    }
  }

  private DeviceDeclaration declaration() {
    return new DeviceDeclaration(
        new DeviceKey("simulated"), TARGET, "none", List.of(), 1, "simulated", depth, Map.of());
  }

  /** Gives each device as many leases as it takes, for ever. Thread-safe. */
  private final class Dispatcher implements TrackerListener {
    private final CountDownLatch attached = new CountDownLatch(workers);
    private final AtomicLong leases = new AtomicLong();
    private final LongAdder results = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private final Map<Long, Long> sessionByLease = new ConcurrentHashMap<>();
    private volatile Optional<Tracker> tracker = Optional.empty();
    private volatile boolean stopped;

    @Override
    public void on(TrackerEvent event) {
      Tracker there = tracker.orElseThrow();
      switch (event) {
        case TrackerEvent.Attached(long session, _, _) -> {
          for (int i = 0; i < depth; i++) {
            give(there, session);
          }
          attached.countDown();
        }
        case TrackerEvent.Ended(long session, _, long lease, Outcome outcome, _) -> {
          Long holder = sessionByLease.remove(lease);
          if (holder == null || holder != session || !(outcome instanceof Outcome.Measured)) {
            faults.increment();
          }
          there.acknowledge(session, lease);
          results.increment();
          give(there, session);
        }
        case TrackerEvent.Refused _ -> faults.increment();
        case TrackerEvent.Detached _ -> {
          if (!stopped) {
            faults.increment();
          }
        }
        case TrackerEvent.Heard _, TrackerEvent.Draining _ -> {}
      }
    }

    private void give(Tracker there, long session) {
      if (stopped) {
        return;
      }
      long lease = leases.incrementAndGet();
      if (sessionByLease.putIfAbsent(lease, session) != null) {
        faults.increment();
      }
      there.send(session, 0, lease, request(lease), "");
    }
  }

  private static Request request(long lease) {
    return new Request.Measure(
        new MeasureRequest(
            new Candidate(
                Workload.parse(
                    "conv2d_NCHWc_int8 n=1 ic=64 ih=56 iw=56 oc=64 kh=3 kw=3 stride=1,1"
                        + " pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32"),
                TARGET,
                Schedule.parse("conv2d_direct/1 leaf=avx2_s16w8 tile=" + lease % 64)),
            lease,
            OptionalDouble.empty()),
        Duration.ofMinutes(1));
  }

  /** Answers with as many samples as a real device. */
  private static final class InstantDevice implements Device {
    private static final Measurement ANSWER =
        new Measurement.Timed(
            Collections.nCopies(
                5,
                new Measurement.Placement(
                    0, Collections.nCopies(3, new Measurement.Sample(1234.5, 170, false)))),
            Measurement.CacheState.HOT);

    @Override
    public CompletableFuture<Measurement> measure(MeasureRequest request) {
      return CompletableFuture.completedFuture(ANSWER);
    }

    @Override
    public CompletableFuture<List<Measurement>> confirm(List<Candidate> candidates, long seed) {
      return CompletableFuture.completedFuture(Collections.nCopies(candidates.size(), ANSWER));
    }

    @Override
    public String description() {
      return "simulated";
    }

    @Override
    public void close() {}
  }
}
