package dev.octune.workers.local;

import dev.octune.kernels.measure.Device;
import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.workers.build.Builder;
import dev.octune.workers.build.BuilderSettings;
import dev.octune.workers.run.RunnerException;
import dev.octune.workers.run.RunnerSource;
import dev.octune.workers.run.Sandbox;
import dev.octune.workers.toolchain.Toolchain;
import dev.octune.workers.toolchain.ToolchainException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The device in this process. One thread generates, one per building child waits for it, one
 * measures, one asks the oracle.
 *
 * <p>Where there are more CPUs than threads of a kernel, the last ones measure and the others
 * build, this process among them; while nothing is ready to be measured, the measured CPUs build as
 * well, one kernel at a time. Else every CPU does both, never at once. Thread-safe.
 */
public final class LocalDevice implements Device {
  /** Of the same kernel side by side: what {@link Device#confirm} takes. */
  public static final int MAX_CONFIRMED = 16;

  /** Builds take two to three times as long as runs; each child takes 150 MB. */
  private static final int MAX_BUILDERS = 4;

  /** A runner that dies is started again and the job done once more, this often in all. */
  private static final int ATTEMPTS = 2;

  private final LocalDeviceSettings settings;
  private final String description;
  private final CpuSplit split;
  private final WorkQueue queue = new WorkQueue();
  private final Problems problems;
  private final PartBuilder partBuilder = new PartBuilder();
  private final RunnerKeeper runners;
  private final BaseKernel base;
  private final List<Builder> builders = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;
  private volatile boolean confined;
  private volatile @Nullable Throwable failure;

  private LocalDevice(LocalDeviceSettings settings, Toolchain toolchain, RunnerKeeper runners) {
    this.settings = settings;
    this.runners = runners;
    this.problems = new Problems(settings.weights());
    this.split =
        CpuSplit.of(settings.cpus(), settings.target().threads(), settings.connection().isHere());
    this.base = new BaseKernel(split.measured());
    this.description =
        "%s, %s, %s, Linux %s"
            .formatted(
                settings.target().text(),
                settings.connection().isHere()
                    ? "CPUs " + split.measured() + " of " + settings.cpus()
                    : "through " + String.join(" ", settings.connection().command()),
                toolchain.describe(),
                System.getProperty("os.version", "?"));
    int besides = Math.min(split.building().size(), MAX_BUILDERS);
    if (besides > 0) {
      Builder builder = builder(toolchain, besides, split.building());
      for (int i = 0; i < besides; i++) {
        start("build-" + i, () -> buildLoop(builder));
      }
    }
    int between = Math.min(split.measured().size(), MAX_BUILDERS - besides);
    @Nullable Builder inBetween =
        between > 0 ? builder(toolchain, between, split.measured()) : null;
    start("emit", this::emitLoop);
    start("measure", () -> measureLoop(inBetween, Math.max(0, between)));
  }

  /**
   * Starts the children in the background; the first measurement waits for them.
   *
   * @throws ToolchainException where there is no compiler, or the runner does not compile
   */
  public static LocalDevice open(LocalDeviceSettings settings) throws ToolchainException {
    Toolchain toolchain = Toolchain.locate();
    RunnerKeeper runners =
        new RunnerKeeper(
            toolchain.compileRunner(settings.target().arch(), RunnerSource.text()),
            settings.connection());
    LocalDevice device = new LocalDevice(settings, toolchain, runners);
    device.threads.forEach(Thread::start);
    return device;
  }

  /**
   * One trial; waits while too many are queued.
   *
   * @throws IllegalStateException on an emulated connection: its times mean nothing
   */
  @Override
  public CompletableFuture<Measurement> measure(MeasureRequest request) {
    refuseTimingAnEmulator();
    MeasureJob job =
        new MeasureJob(request, part(request.candidate(), request.seed()), split.measured(), base);
    add(job);
    return job.result;
  }

  @Override
  public CompletableFuture<List<Measurement>> confirm(List<Candidate> candidates, long seed) {
    refuseTimingAnEmulator();
    if (candidates.isEmpty() || candidates.size() > MAX_CONFIRMED) {
      throw new IllegalArgumentException(
          "%d candidates, must be in [1, %d]".formatted(candidates.size(), MAX_CONFIRMED));
    }
    ConfirmJob job =
        new ConfirmJob(
            candidates.stream().map(candidate -> part(candidate, seed)).toList(),
            split.measured(),
            seed);
    add(job);
    return job.result;
  }

  /** Checks a candidate on every fill without timing it; works on every connection. */
  public CompletableFuture<CheckResult> check(Candidate candidate, long seed) {
    CheckJob job =
        new CheckJob(
            part(candidate, seed),
            MeasurePlan.check(candidate, split.measured(), settings.connection().emulated()),
            seed);
    add(job);
    return job.result;
  }

  /**
   * Times the register loop of every leaf of the target.
   *
   * @throws IllegalStateException on an emulated connection: its times mean nothing
   */
  public CompletableFuture<Roofs> roofs() {
    refuseTimingAnEmulator();
    RoofJob job =
        new RoofJob(
            settings.library().roofs(settings.target()),
            settings.target(),
            split.measured(),
            builders.getFirst());
    add(job);
    return job.result;
  }

  /** What protects the machine while a kernel runs, as the runner sees it; works everywhere. */
  public CompletableFuture<Sandbox> sandbox() {
    SandboxJob job = new SandboxJob(split.measured());
    add(job);
    return job.result;
  }

  /** How the machine's speed moved since the first trial; empty before it. */
  public Optional<Drift> drift() {
    return base.drift();
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<Job> rest = queue.close();
    threads.forEach(Thread::interrupt);
    runners.close();
    releaseThisProcess();
    builders.forEach(Builder::close);
    problems.close();
    rest.forEach(job -> job.closed(closedException()));
  }

  private void refuseTimingAnEmulator() {
    if (settings.connection().emulated()) {
      throw new IllegalStateException(
          "'%s' is emulated: its times mean nothing. Mend: check, or measure on the real machine"
              .formatted(String.join(" ", settings.connection().command())));
    }
  }

  private Part part(Candidate candidate, long seed) {
    return new Part(candidate, problems.problem(candidate.workload(), seed));
  }

  private void add(Job job) {
    try {
      if (!queue.add(job)) {
        job.closed(closedException());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      job.closed(new IllegalStateException("interrupted while the device's queue was full"));
    }
  }

  private Builder builder(Toolchain toolchain, int children, List<Integer> cpus) {
    Builder builder =
        Builder.start(
            toolchain,
            new BuilderSettings(children, BuilderSettings.DEFAULT_LIMIT, Set.copyOf(cpus)));
    builders.add(builder);
    return builder;
  }

  private void start(String name, Loop loop) {
    threads.add(
        Thread.ofPlatform().daemon().name("octune-device-" + name).unstarted(untilClosed(loop)));
  }

  private Runnable untilClosed(Loop loop) {
    return () -> {
      try {
        loop.run();
      } catch (InterruptedException _) {
        // Only close() interrupts these threads.
        Thread.currentThread().interrupt();
      } catch (RuntimeException | Error e) {
        // A device with a thread less would leave futures open for ever.
        failure = e;
        close();
        throw e;
      }
    };
  }

  /** The body of one of the device's threads. */
  private interface Loop {
    void run() throws InterruptedException;
  }

  private void emitLoop() throws InterruptedException {
    for (var next = queue.takeToEmit(); next.isPresent(); next = queue.takeToEmit()) {
      Part part = next.get();
      try {
        queue.emitted(part, settings.library().emit(part.candidate));
      } catch (RuntimeException e) {
        // The top of one trial: whatever a template throws is that candidate's end only.
        queue.built(part, new Part.Outcome.Failed(new Measurement.BuildFailed("template: " + e)));
      }
    }
  }

  private void buildLoop(Builder builder) throws InterruptedException {
    for (var next = queue.takeToBuild(); next.isPresent(); next = queue.takeToBuild()) {
      build(next.get(), builder);
    }
  }

  private void build(Part part, Builder builder) throws InterruptedException {
    Part.Outcome outcome;
    try {
      outcome = partBuilder.build(part.source(), builder);
    } catch (RuntimeException e) {
      // The top of one trial, as in emitLoop.
      outcome = new Part.Outcome.Failed(new Measurement.BuildFailed("image: " + e));
    }
    queue.built(part, outcome);
  }

  private void measureLoop(@Nullable Builder inBetween, int maxBuilds) throws InterruptedException {
    // Until there is something to measure, all CPUs serve the start.
    boolean confine = !split.building().isEmpty() && !split.measured().isEmpty();
    while (true) {
      switch (queue.takeToMeasure(maxBuilds)) {
        case WorkQueue.Next.Measure(Job job) -> {
          if (confine) {
            confineThisProcess(split.building());
            confine = false;
          }
          run(job);
        }
        case WorkQueue.Next.Build(List<Part> parts) -> {
          if (inBetween != null) {
            buildAll(parts, inBetween);
          }
        }
        case WorkQueue.Next.End() -> {
          return;
        }
      }
    }
  }

  /** Builds at once, one on each measured CPU, and waits for all. */
  private void buildAll(List<Part> parts, Builder builder) throws InterruptedException {
    List<Thread> others = new ArrayList<>();
    for (Part part : parts.subList(1, parts.size())) {
      others.add(
          Thread.ofPlatform()
              .daemon()
              .name("octune-device-build-between")
              .start(untilClosed(() -> build(part, builder))));
    }
    build(parts.getFirst(), builder);
    for (Thread other : others) {
      other.join();
    }
  }

  private void run(Job job) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        job.run(runners);
        return;
      } catch (RunnerException e) {
        runners.drop();
        if (closed) {
          job.closed(closedException());
          return;
        }
        if (attempt == ATTEMPTS) {
          job.lost(String.valueOf(e.getMessage()));
        }
      } catch (RuntimeException e) {
        // The top of one trial: what is not the runner's death is a fault of this program, and the
        // next trial must not pay for it.
        runners.drop();
        if (closed) {
          job.closed(closedException());
        } else {
          job.lost("the device failed: " + e);
        }
        return;
      }
    }
  }

  /** What this process computes meanwhile must not run where kernels are timed. */
  private void confineThisProcess(List<Integer> cpus) {
    confined = runners.confine(ProcessHandle.current().pid(), cpus);
  }

  /** Whoever goes on after the device may use all CPUs again. */
  private void releaseThisProcess() {
    if (confined) {
      runners.confine(ProcessHandle.current().pid(), settings.cpus());
    }
  }

  private IllegalStateException closedException() {
    Throwable cause = failure;
    return cause == null
        ? new IllegalStateException("the device is closed")
        : new IllegalStateException("the device closed itself: " + cause, cause);
  }
}
