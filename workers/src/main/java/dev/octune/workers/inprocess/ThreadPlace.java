package dev.octune.workers.inprocess;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** Where the calling thread runs. Linux. */
@SuppressWarnings("restricted") // native access is this class's purpose
public final class ThreadPlace {
  private static final int MASK_BYTES = 1024;

  private static final MethodHandle SET_AFFINITY =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("sched_setaffinity"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ValueLayout.ADDRESS));

  private ThreadPlace() {}

  /**
   * Keeps the calling thread, and those that it starts later, on the CPUs.
   *
   * @throws IllegalStateException where the system refuses
   */
  public static void confine(List<Integer> cpus) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
      for (int cpu : cpus) {
        int word = cpu / Long.SIZE;
        mask.setAtIndex(
            JAVA_LONG, word, mask.getAtIndex(JAVA_LONG, word) | (1L << (cpu % Long.SIZE)));
      }
      int result;
      try {
        result = (int) SET_AFFINITY.invokeExact(0, mask.byteSize(), mask);
      } catch (Throwable e) {
        throw new LinkageError("sched_setaffinity can't be called", e);
      }
      if (result != 0) {
        throw new IllegalStateException(
            "CPUs %s: this thread can't be kept there. Mend: allow them to this process (taskset, cgroup)"
                .formatted(cpus));
      }
    }
  }
}
