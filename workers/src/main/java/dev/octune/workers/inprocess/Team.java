package dev.octune.workers.inprocess;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Threads that run the parts of one kernel together, each on a CPU of its own: two that spin on one
 * CPU would wait for each other's time slices. Within a series they meet by spinning, as the
 * threads of a library do; between two series they sleep, and the calling thread may use all of
 * their CPUs, so that threads that others start from it do. Confined to the thread that made it.
 */
public final class Team implements AutoCloseable {
  /** The parts of a kernel. */
  @FunctionalInterface
  public interface Parts {
    void run(int part, int parts);
  }

  /** Two cache lines, for they are fetched in pairs: what one thread writes is alone in them. */
  private static final int ALONE = 2 * 64 / Long.BYTES;

  private final List<Integer> cpus;
  private final List<Helper> helpers = new ArrayList<>();

  /**
   * Counted up for ever, each {@link #ALONE}: the turn that may begin, and then what each helper
   * has done.
   */
  private final AtomicLongArray turns;

  /** A series: what runs, and the last turn of it. */
  private record Series(Parts parts, int size, long first, long last) {}

  private volatile Series series = new Series((_, _) -> {}, 0, 0, 0);
  private volatile boolean closed;

  /**
   * @param cpus of the threads, one for each; the calling one has the first
   */
  public Team(List<Integer> cpus) {
    this.cpus = List.copyOf(cpus);
    turns = new AtomicLongArray((cpus.size() + 1) * ALONE);
    for (int part = 1; part < cpus.size(); part++) {
      Helper helper = new Helper(part);
      helpers.add(helper);
      helper.thread.start();
    }
  }

  private static int placeOf(int part) {
    return part * ALONE + ALONE / 2;
  }

  /** Runs the parts so many times, all parts of a run before the next; tells the nanoseconds. */
  public long nanosOf(Parts parts, int runs) {
    ThreadPlace.confine(cpus.subList(0, 1));
    try {
      return helpers.isEmpty() ? nanosAlone(parts, runs) : nanosTogether(parts, runs);
    } finally {
      ThreadPlace.confine(cpus);
    }
  }

  private static long nanosAlone(Parts parts, int runs) {
    long start = System.nanoTime();
    for (int i = 0; i < runs; i++) {
      parts.run(0, 1);
    }
    return System.nanoTime() - start;
  }

  private long nanosTogether(Parts parts, int runs) {
    int size = cpus.size();
    long first = turns.get(placeOf(0)) + 1;
    long last = first + runs - 1;
    series = new Series(parts, size, first, last);
    helpers.forEach(helper -> helper.ready.drainPermits());
    helpers.forEach(helper -> helper.begin.release());
    helpers.forEach(helper -> helper.ready.acquireUninterruptibly());
    long start = System.nanoTime();
    for (long now = first; now <= last; now++) {
      turns.setRelease(placeOf(0), now);
      parts.run(0, size);
      for (int part = 1; part < size; part++) {
        while (turns.getAcquire(placeOf(part)) < now) {
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
    final Thread thread;
    private final int part;

    Helper(int part) {
      this.part = part;
      thread = Thread.ofPlatform().daemon().name("octune-team-" + part).unstarted(this::work);
    }

    private void work() {
      ThreadPlace.confine(cpus.subList(part, part + 1));
      while (true) {
        begin.acquireUninterruptibly();
        if (closed) {
          return;
        }
        Series now = series;
        ready.release();
        for (long mine = now.first(); mine <= now.last(); mine++) {
          while (turns.getAcquire(placeOf(0)) < mine) {
            Thread.onSpinWait();
          }
          now.parts().run(part, now.size());
          turns.setRelease(placeOf(part), mine);
        }
      }
    }
  }
}
