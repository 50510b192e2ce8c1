package dev.octune.tuner.model;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The one thread that native training and scoring run on: a platform thread, since JNI on a virtual
 * one would hold its carrier, and bound to the CPUs it was given, so that it never disturbs one
 * that is being measured. Threads that OpenMP starts inherit the binding.
 */
final class ModelThread implements AutoCloseable {
  private final ExecutorService executor;

  ModelThread(List<Integer> cpus) {
    List<Integer> allowed = List.copyOf(cpus);
    this.executor =
        Executors.newSingleThreadExecutor(
            work ->
                Thread.ofPlatform()
                    .name("octune-model")
                    .daemon()
                    .unstarted(
                        () -> {
                          bind(allowed);
                          work.run();
                        }));
  }

  /** Runs it on the thread and waits. Unchecked exceptions of the work come through as they are. */
  <T> T call(Callable<T> work) {
    try {
      return executor.submit(work).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CostModelException("interrupted while the cost model worked", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException unchecked -> throw unchecked;
        case Error error -> throw error;
        case null, default ->
            throw new CostModelException("the cost model failed: " + e.getMessage(), e);
      }
    }
  }

  @Override
  public void close() {
    executor.close();
  }

  /**
   * Binds the calling thread, where the system lets it: a machine that doesn't still works, only
   * its figures are a little less quiet.
   */
  @SuppressWarnings("restricted") // native access is what this is for; the launcher enables it
  private static void bind(List<Integer> cpus) {
    if (cpus.isEmpty()) {
      return;
    }
    BitSet mask = new BitSet();
    cpus.forEach(mask::set);
    Linker linker = Linker.nativeLinker();
    var address = linker.defaultLookup().find("sched_setaffinity");
    if (address.isEmpty()) {
      return;
    }
    var setAffinity =
        linker.downcallHandle(
            address.get(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      long[] words = mask.toLongArray();
      MemorySegment set = arena.allocateFrom(ValueLayout.JAVA_LONG, words);
      int _ = (int) setAffinity.invokeExact(0, set.byteSize(), set);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("sched_setaffinity threw", e);
    }
  }
}
