package dev.octune.workers.build;

import dev.octune.rpc.frame.Frame;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Takes builds from the queue and has its child do them, one after the other. It starts the child
 * itself and lives as long: the kernel kills a child when the thread that started it ends.
 */
final class ChildThread extends Thread {
  /**
   * LLVM keeps a little of each module for good; starting anew every minute or so costs nothing.
   */
  static final int BUILDS_PER_CHILD = 2000;

  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration END_LIMIT = Duration.ofSeconds(5);
  private static final int MAX_ATTEMPTS = 2;

  private final BuilderMain.Arguments arguments;
  private final Duration limit;
  private final BlockingQueue<BuildJob> queue;
  private final ScheduledExecutorService watchdog;
  private volatile @Nullable Child child;
  private volatile boolean ended;
  private boolean ready;
  private int builds;

  ChildThread(
      String name,
      BuilderMain.Arguments arguments,
      Duration limit,
      BlockingQueue<BuildJob> queue,
      ScheduledExecutorService watchdog) {
    super(name);
    setDaemon(true);
    this.arguments = arguments;
    this.limit = limit;
    this.queue = queue;
    this.watchdog = watchdog;
  }

  /** Process id of the child; empty between two of them. */
  Optional<Long> childPid() {
    return Optional.ofNullable(child).map(Child::pid);
  }

  @Override
  public void run() {
    try {
      while (!ended) {
        startAhead();
        BuildJob job = queue.take();
        try {
          job.result().complete(build(job.order()));
        } catch (RuntimeException e) {
          // A bug here must not leave the caller waiting; it sees the exception.
          discard();
          job.result().completeExceptionally(e);
        } catch (InterruptedException e) {
          job.result().complete(closed());
          throw e;
        }
        if (builds >= BUILDS_PER_CHILD) {
          discard();
        }
      }
    } catch (InterruptedException _) {
      // Only end() interrupts.
    } finally {
      discard();
    }
  }

  /** Kills the child and ends the thread. */
  void end() {
    ended = true;
    Child running = child;
    if (running != null) {
      running.kill();
    }
    interrupt();
    try {
      join(END_LIMIT);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private BuildResult<byte[]> build(BuildOrder order) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      switch (attempt(order)) {
        case Outcome.Done(BuildResult<byte[]> result) -> {
          return result;
        }
        case Outcome.Lost(BuildResult<byte[]> last, boolean again) -> {
          if (ended) {
            return closed();
          }
          if (!again || attempt == MAX_ATTEMPTS) {
            return last;
          }
        }
      }
    }
  }

  private static BuildResult<byte[]> closed() {
    return new BuildResult.Unavailable<>("the builder was closed");
  }

  private sealed interface Outcome {
    record Done(BuildResult<byte[]> result) implements Outcome {}

    /**
     * The child is gone.
     *
     * @param last the result where no other attempt follows
     */
    record Lost(BuildResult<byte[]> last, boolean again) implements Outcome {}
  }

  private Outcome attempt(BuildOrder order) throws InterruptedException {
    Child running;
    try {
      running = ready();
    } catch (IOException e) {
      Child.@Nullable Death death = bury();
      String reason = death == null ? e.toString() : death.reason();
      // Whatever killed it may have been after this one process.
      return new Outcome.Lost(
          new BuildResult.Unavailable<>(
              "the builder's process did not start: "
                  + reason
                  + ". Mend: see that the machine has memory and processes left, and run octune"
                  + " doctor"),
          true);
    }
    Alarm alarm = new Alarm(running, limit);
    try {
      running.order(order);
      Frame answer = running.read();
      builds++;
      return new Outcome.Done(result(answer));
    } catch (IOException e) {
      Child.@Nullable Death death = bury();
      if (alarm.rang()) {
        return new Outcome.Done(new BuildResult.TimedOut<>(limit));
      }
      return new Outcome.Lost(
          new BuildResult.Died<>(
              "the builder's process " + (death == null ? "is lost: " + e : death.reason())),
          death == null || !death.ofTheModule());
    } finally {
      alarm.off();
    }
  }

  private static BuildResult<byte[]> result(Frame answer) {
    return switch (answer.type()) {
      case BuildOrder.BUILT -> {
        long nanos = answer.payload().getLong();
        yield new BuildResult.Built<>(answer.bytes(), nanos);
      }
      case BuildOrder.REFUSED -> new BuildResult.Refused<>(answer.text());
      default -> throw new IllegalStateException("frame type " + answer.type());
    };
  }

  /** Starts a child where there is none, without waiting for it. */
  private void startAhead() {
    if (child == null && !ended) {
      try {
        startChild();
      } catch (IOException _) {
        // The next build tries again and tells the reason.
      }
    }
  }

  private Child startChild() throws IOException {
    Child started = Child.start(getName(), arguments, StartCache.named());
    child = started;
    ready = false;
    builds = 0;
    if (ended) {
      started.kill();
    }
    return started;
  }

  private Child ready() throws IOException {
    Child current = child;
    if (current == null) {
      current = startChild();
    }
    if (!ready) {
      Alarm alarm = new Alarm(current, START_LIMIT);
      try {
        current.read();
        ready = true;
      } finally {
        alarm.off();
      }
    }
    return current;
  }

  private Child.@Nullable Death bury() throws InterruptedException {
    Child dead = child;
    child = null;
    return dead == null ? null : dead.bury();
  }

  private void discard() {
    Child old = child;
    child = null;
    if (old != null) {
      old.kill();
    }
  }

  /** Kills the child when it takes too long. */
  private final class Alarm {
    private final AtomicBoolean rang = new AtomicBoolean();
    private final ScheduledFuture<?> timer;

    Alarm(Child watched, Duration after) {
      timer =
          watchdog.schedule(
              () -> {
                rang.set(true);
                watched.kill();
              },
              after.toNanos(),
              TimeUnit.NANOSECONDS);
    }

    boolean rang() {
      return rang.get();
    }

    void off() {
      timer.cancel(false);
    }
  }
}
