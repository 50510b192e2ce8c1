package dev.octune.workers.local;

import dev.octune.kernels.codegen.KernelSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Jobs in their order, and how far each part is. One thread emits, some build, one measures; each
 * asks here what to do next. Thread-safe.
 */
final class WorkQueue {
  /** Beyond it the caller waits: proposals made further ahead would only grow old. */
  private static final int MAX_JOBS = 512;

  /** Sources and images waiting for the measuring thread; each is some 100 KB of text. */
  private static final int MAX_PARTS_AHEAD = 24;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Job> jobs = new ArrayList<>();
  private boolean closed;

  /** What the measuring thread does next. */
  sealed interface Next {
    /** All parts are built and the oracle has answered. The job left the queue. */
    record Measure(Job job) implements Next {}

    /** Nothing to measure yet: its CPUs build these meanwhile. */
    record Build(List<Part> parts) implements Next {}

    /** The device was closed. */
    record End() implements Next {}
  }

  /** Waits while the queue is full. False where it is closed. */
  boolean add(Job job) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && jobs.size() >= MAX_JOBS) {
        changed.await();
      }
      if (closed) {
        return false;
      }
      jobs.add(job);
      for (Part part : job.parts) {
        var _ = part.problem.whenComplete((_, _) -> signal());
      }
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The next part to generate; waits. Empty once closed. */
  Optional<Part> takeToEmit() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        Optional<Part> next = first(Part.Stage.QUEUED);
        if (next.isPresent() && partsAhead() < MAX_PARTS_AHEAD) {
          next.get().stage = Part.Stage.EMITTING;
          return next;
        }
        changed.await();
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** The next part to build; waits. Empty once closed. */
  Optional<Part> takeToBuild() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        Optional<Part> next = first(Part.Stage.EMITTED);
        if (next.isPresent()) {
          next.get().stage = Part.Stage.BUILDING;
          return next;
        }
        changed.await();
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * What to do on the measured CPUs; waits.
   *
   * @param maxBuilds parts that may be built there at once
   */
  Next takeToMeasure(int maxBuilds) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        for (Job job : jobs) {
          if (job.parts.stream().allMatch(Part::isReady)) {
            jobs.remove(job);
            changed.signalAll();
            return new Next.Measure(job);
          }
        }
        List<Part> toBuild = new ArrayList<>();
        while (toBuild.size() < maxBuilds) {
          Optional<Part> next = first(Part.Stage.EMITTED);
          if (next.isEmpty()) {
            break;
          }
          next.get().stage = Part.Stage.BUILDING;
          toBuild.add(next.get());
        }
        if (!toBuild.isEmpty()) {
          return new Next.Build(toBuild);
        }
        changed.await();
      }
      return new Next.End();
    } finally {
      lock.unlock();
    }
  }

  void emitted(Part part, KernelSource source) {
    lock.lock();
    try {
      part.emitted(source);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void built(Part part, Part.Outcome outcome) {
    lock.lock();
    try {
      part.built(outcome);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Wakes everybody up to end, and returns the jobs that nobody will do. */
  List<Job> close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      List<Job> rest = List.copyOf(jobs);
      jobs.clear();
      return rest;
    } finally {
      lock.unlock();
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private Optional<Part> first(Part.Stage stage) {
    return jobs.stream()
        .flatMap(job -> job.parts.stream())
        .filter(part -> part.stage == stage)
        .findFirst();
  }

  private long partsAhead() {
    return jobs.stream()
        .flatMap(job -> job.parts.stream())
        .filter(part -> part.stage != Part.Stage.QUEUED)
        .count();
  }
}
