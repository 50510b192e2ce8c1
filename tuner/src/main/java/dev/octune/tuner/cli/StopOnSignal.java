package dev.octune.tuner.cli;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Turns SIGINT and SIGTERM into an orderly stop: the JVM's shutdown waits, within a limit, until
 * the command has closed this. Thread-safe.
 */
final class StopOnSignal implements AutoCloseable {
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<@Nullable Runnable> running = new AtomicReference<>();
  private volatile OptionalInt exit = OptionalInt.empty();
  private final Thread hook;

  /**
   * Watches from now on.
   *
   * @param limit how long the shutdown waits; then the JVM goes, with everything stored kept
   */
  StopOnSignal(Duration limit) {
    hook = Thread.ofPlatform().name("octune-stop").unstarted(() -> stopAndWait(limit));
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * From now on there is something to stop.
   *
   * @param stop asks it to end soon; called at most once
   */
  void running(Runnable stop) {
    running.set(stop);
  }

  /**
   * The JVM ends with this code, not with the signal's (128 and its number), once this is closed:
   * of a service a signal is how it is meant to end, and whoever started it takes other codes than
   * 0 for a failure.
   */
  void exitWith(int code) {
    exit = OptionalInt.of(code);
  }

  /** The command has printed and closed what it had to. */
  @Override
  public void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The shutdown has begun: it is what waits for the latch above.
      return;
    }
  }

  private void stopAndWait(Duration limit) {
    Runnable stop = running.get();
    if (stop == null) {
      return;
    }
    stop.run();
    try {
      boolean inTime = ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (inTime && exit.isPresent()) {
        // An exit that has begun has its code; only this changes it, and nothing is left to do.
        Runtime.getRuntime().halt(exit.getAsInt());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
