package dev.octune.workers.build;

import dev.octune.kernels.target.Isa;
import dev.octune.workers.toolchain.Toolchain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Compiles LLVM IR in child processes: whatever a module does to LLVM, this process lives on and
 * the next build works. Children start at once and in the background; each has a thread here.
 * Thread-safe.
 */
public final class Builder implements AutoCloseable {
  /** A kernel may take no more stack: runner and users give it little. */
  public static final int MAX_STACK_BYTES = 16 << 10;

  /** Enough to keep all children busy; a longer queue only holds memory. */
  private static final int MAX_QUEUED = 256;

  /** Loop strength reduction takes an eighth of the time; the best kernels are as fast without. */
  private static final List<String> LLVM_OPTIONS = List.of("-disable-lsr");

  private static final Duration RECORD_LIMIT = Duration.ofSeconds(60);

  private static final BuildRequest RECORDED_BUILD =
      new BuildRequest(
          Isa.SSE2,
          """
          target triple = "x86_64-unknown-linux-gnu"
          define void @octune_run(ptr %out) nounwind {
            store i32 7, ptr %out
            ret void
          }
          """);

  private final BlockingQueue<BuildJob> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
  private final ScheduledThreadPoolExecutor watchdog;
  private final List<ChildThread> threads = new ArrayList<>();
  private volatile boolean closed;

  Builder(BuilderSettings settings, BuilderMain.Arguments arguments) {
    watchdog =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("octune-builder-watchdog").factory());
    watchdog.setRemoveOnCancelPolicy(true);
    for (int i = 0; i < settings.children(); i++) {
      threads.add(
          new ChildThread("octune-builder-" + i, arguments, settings.limit(), queue, watchdog));
    }
    threads.forEach(Thread::start);
  }

  /** Starts the children; does not wait for them (0.3 s). */
  public static Builder start(Toolchain toolchain, BuilderSettings settings) {
    return start(toolchain, settings, LLVM_OPTIONS);
  }

  static Builder start(Toolchain toolchain, BuilderSettings settings, List<String> llvmOptions) {
    return new Builder(settings, arguments(toolchain, settings.cpus(), llvmOptions));
  }

  /**
   * Has a child write the file that later children start from in half the time, where the system
   * property {@code octune.builder.aotCache} names one; that takes seconds, and a failure costs
   * only those. The launcher's preparation calls it, from jars: the JVM records no class folders.
   */
  public static void recordStart(Toolchain toolchain) throws IOException, InterruptedException {
    String file = System.getProperty(StartCache.PROPERTY, "");
    if (file.isEmpty()) {
      return;
    }
    Child child =
        Child.start(
            "octune-builder-recording",
            arguments(toolchain, Set.of(), LLVM_OPTIONS),
            new StartCache.Recorded(Path.of(file)));
    try {
      child.read();
      for (Output output : Output.values()) {
        child.order(BuildOrder.of(RECORDED_BUILD, output));
        child.read();
      }
    } finally {
      child.finish(RECORD_LIMIT);
    }
  }

  private static BuilderMain.Arguments arguments(
      Toolchain toolchain, Set<Integer> cpus, List<String> llvmOptions) {
    return new BuilderMain.Arguments(
        toolchain.libLlvm(), ProcessHandle.current().pid(), cpus, llvmOptions);
  }

  /** Compiles and links a module; waits while the queue is full, not for the build. */
  public CompletableFuture<BuildResult<Image>> submit(BuildRequest request)
      throws InterruptedException {
    return enqueue(request, Output.OBJECT).thenApply(result -> linked(request, result));
  }

  /** Compiles and links a module and waits for it. */
  public BuildResult<Image> build(BuildRequest request) throws InterruptedException {
    return await(submit(request));
  }

  /**
   * Makes a file of a module and waits for it. An object is as LLVM made it, and refused where no
   * image could be made of it: it needs no library, no writable memory, no address of its own.
   */
  public BuildResult<byte[]> emit(BuildRequest request, Output output) throws InterruptedException {
    BuildResult<byte[]> file = await(enqueue(request, output));
    if (output != Output.OBJECT) {
      return file;
    }
    return switch (linked(request, file)) {
      case BuildResult.Refused<Image>(String reason) -> new BuildResult.Refused<>(reason);
      case BuildResult.Built<Image> _,
          BuildResult.Died<Image> _,
          BuildResult.Unavailable<Image> _,
          BuildResult.TimedOut<Image> _ ->
          file;
    };
  }

  /** Process ids of the children that run now. */
  List<Long> childPids() {
    return threads.stream().flatMap(thread -> thread.childPid().stream()).toList();
  }

  /** Kills the children; builds under way and queued ones end {@link BuildResult.Unavailable}. */
  @Override
  public void close() {
    closed = true;
    threads.forEach(ChildThread::end);
    watchdog.shutdownNow();
    failQueued();
  }

  private CompletableFuture<BuildResult<byte[]>> enqueue(BuildRequest request, Output output)
      throws InterruptedException {
    BuildJob job = new BuildJob(BuildOrder.of(request, output), new CompletableFuture<>());
    queue.put(job);
    if (closed) {
      failQueued();
    }
    return job.result();
  }

  private void failQueued() {
    for (BuildJob job = queue.poll(); job != null; job = queue.poll()) {
      job.result().complete(new BuildResult.Unavailable<>("the builder was closed"));
    }
  }

  private static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the builder's own thread failed", e.getCause());
    }
  }

  private static BuildResult<Image> linked(BuildRequest request, BuildResult<byte[]> result) {
    return switch (result) {
      case BuildResult.Built<byte[]>(byte[] object, long compileNanos) -> {
        try {
          yield new BuildResult.Built<>(
              ObjectLinker.link(request.isa().arch(), object), compileNanos);
        } catch (ObjectException e) {
          yield new BuildResult.Refused<>(String.valueOf(e.getMessage()));
        }
      }
      case BuildResult.Refused<byte[]>(String reason) -> new BuildResult.Refused<>(reason);
      case BuildResult.Died<byte[]>(String reason) -> new BuildResult.Died<>(reason);
      case BuildResult.Unavailable<byte[]>(String reason) -> new BuildResult.Unavailable<>(reason);
      case BuildResult.TimedOut<byte[]>(Duration limit) -> new BuildResult.TimedOut<>(limit);
    };
  }
}
