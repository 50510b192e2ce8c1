package dev.octune.workers.inprocess;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads that run the parts of one kernel together. Within a series they meet by spinning, as the
 * threads of a library do; between two series they sleep. Confined to the thread that made it,
 * whose CPUs the others inherit.
 */
public final class Team implements AutoCloseable {
  /** The parts of a kernel. */
  @FunctionalInterface
  public interface Parts {
    void run(int part, int parts);
  }

  private final List<Helper> helpers = new ArrayList<>();

  /** The turn that may begin; counted up for ever. */
  private final AtomicLong turn = new AtomicLong();

  /** A series: what runs, and the last turn of it. */
  private record Series(Parts parts, int size, long first, long last) {}

  private volatile Series series = new Series((_, _) -> {}, 0, 0, 0);
  private volatile boolean closed;

  /**
   * @param threads in all, the calling one included
   */
  public Team(int threads) {
    for (int part = 1; part < threads; part++) {
      Helper helper = new Helper(part);
      helpers.add(helper);
      helper.thread.start();
    }
  }

  /** Runs the parts so many times, all parts of a run before the next; tells the nanoseconds. */
  public long nanosOf(Parts parts, int runs) {
    if (helpers.isEmpty()) {
      long start = System.nanoTime();
      for (int i = 0; i < runs; i++) {
        parts.run(0, 1);
      }
      return System.nanoTime() - start;
    }
    int size = helpers.size() + 1;
    long first = turn.get() + 1;
    long last = first + runs - 1;
    series = new Series(parts, size, first, last);
    helpers.forEach(helper -> helper.ready.drainPermits());
    helpers.forEach(helper -> helper.begin.release());
    helpers.forEach(helper -> helper.ready.acquireUninterruptibly());
    long start = System.nanoTime();
    for (long now = first; now <= last; now++) {
      turn.setRelease(now);
      parts.run(0, size);
      for (Helper helper : helpers) {
        while (helper.done.getAcquire() < now) {
          Thread.onSpinWait();
        }
      }
    }
    return System.nanoTime() - start;
  }

  @Override
  public void close() {
    closed = true;
    helpers.forEach(helper -> helper.begin.release());
  }

  private final class Helper {
    final Semaphore begin = new Semaphore(0);
    final Semaphore ready = new Semaphore(0);
    final AtomicLong done = new AtomicLong();
    final Thread thread;
    private final int part;

    Helper(int part) {
      this.part = part;
      thread = Thread.ofPlatform().daemon().name("octune-team-" + part).unstarted(this::work);
    }

    private void work() {
      while (true) {
        begin.acquireUninterruptibly();
        if (closed) {
          return;
        }
        Series now = series;
        ready.release();
        for (long mine = now.first(); mine <= now.last(); mine++) {
          while (turn.getAcquire() < mine) {
            Thread.onSpinWait();
          }
          now.parts().run(part, now.size());
          done.setRelease(mine);
        }
      }
    }
  }
}
