package dev.octune.tuner.coordinator;

import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A device of this process for tests: measures toys, one lease after the other, in a fixed time.
 * Thread-safe.
 */
public final class FakeDevice implements DevicePort, AutoCloseable {
  private static final AtomicInteger CALLS = new AtomicInteger();

  private final Duration trial;
  private final ScheduledExecutorService executor;
  private final Function<Candidate, Measurement> answers;
  private final Map<Long, Boolean> held = new ConcurrentHashMap<>();
  private final AtomicLong freeAtNanos = new AtomicLong();
  private volatile DeviceLink link = new Nobody();

  private FakeDevice(
      Duration trial, ScheduledExecutorService executor, Function<Candidate, Measurement> answers) {
    this.trial = trial;
    this.executor = executor;
    this.answers = answers;
  }

  /**
   * Attaches a device whose every answer is right.
   *
   * @param executor where its time passes
   */
  public static FakeDevice attach(
      Coordinator coordinator,
      DeviceDeclaration declaration,
      Duration trial,
      ScheduledExecutorService executor) {
    return attach(coordinator, declaration, trial, executor, FakeDevice::timed);
  }

  /** Attaches a device that answers as it is told. */
  public static FakeDevice attach(
      Coordinator coordinator,
      DeviceDeclaration declaration,
      Duration trial,
      ScheduledExecutorService executor,
      Function<Candidate, Measurement> answers) {
    FakeDevice device = new FakeDevice(trial, executor, answers);
    device.link = coordinator.attach(declaration, device);
    var _ =
        executor.scheduleAtFixedRate(
            () -> device.link.heartbeat(OptionalDouble.empty()), 1, 5, TimeUnit.SECONDS);
    return device;
  }

  @Override
  public void measure(Lease lease) {
    held.put(lease.token(), true);
    long now = System.nanoTime();
    long takes = trial.toNanos() * lease.candidates().size();
    long at = freeAtNanos.updateAndGet(free -> Math.max(free, now) + takes);
    var _ = executor.schedule(() -> answer(lease), at - now, TimeUnit.NANOSECONDS);
  }

  private void answer(Lease lease) {
    if (held.remove(lease.token()) != null) {
      link.result(
          lease.token(), lease.candidates().stream().map(answers).toList(), Optional.empty());
    }
  }

  @Override
  public void acknowledge(long token) {}

  @Override
  public void revoke(long token) {
    held.remove(token);
  }

  @Override
  public void dismiss(String reason) {
    held.clear();
  }

  /** Hangs up. */
  @Override
  public void close() {
    held.clear();
    link.detached("closed");
  }

  private static Measurement timed(Candidate candidate) {
    return ToyKernels.timed(ToyKernels.nanos(candidate), 1 + CALLS.getAndIncrement());
  }

  /** Until it is attached: leases may come before the link is known here. */
  private static final class Nobody implements DeviceLink {
    @Override
    public void result(long token, List<Measurement> measurements, Optional<Errand> errand) {
      throw new IllegalStateException("answered before it was attached");
    }

    @Override
    public void heartbeat(OptionalDouble load1m) {}

    @Override
    public void draining() {}

    @Override
    public void detached(String reason) {}
  }
}
