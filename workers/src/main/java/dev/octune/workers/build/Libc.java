package dev.octune.workers.build;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * The few calls of the C library that keep a child in its bounds. Linux on 64-bit machines. A bound
 * that this kernel refuses is told, not fatal. Confined to the child's main thread.
 */
final class Libc {
  /** Bits of the mask handed to sched_setaffinity, less one. */
  static final int MAX_CPU = 8191;

  private static final int PR_SET_PDEATHSIG = 1;
  private static final int PRIO_PROCESS = 0;
  private static final int RLIMIT_DATA = 2;
  private static final int RLIMIT_CORE = 4;
  private static final long SIGKILL = 9;

  private static final NativeLibrary LIBC =
      new NativeLibrary(Linker.nativeLinker().defaultLookup());

  private Libc() {}

  /** Copies descriptor {@code from} to a new one and returns that. */
  static int dup(int from) throws Throwable {
    int copy = (int) LIBC.function("dup").call(from);
    if (copy < 0) {
      throw new IllegalStateException("dup(%d) failed".formatted(from));
    }
    return copy;
  }

  /** Makes descriptor {@code to} another name of {@code from}. */
  static void dup2(int from, int to) throws Throwable {
    if ((int) LIBC.function("dup2").call(from, to) < 0) {
      throw new IllegalStateException("dup2(%d, %d) failed".formatted(from, to));
    }
  }

  /** Has the kernel kill this process when the thread that started it ends. */
  static boolean dieWithParent() throws Throwable {
    return succeeded("prctl", PR_SET_PDEATHSIG, SIGKILL);
  }

  /** Bounds the writable memory of this process; beyond it LLVM gives up with a message. */
  static boolean limitDataBytes(long bytes) throws Throwable {
    return setLimit(RLIMIT_DATA, bytes);
  }

  static boolean forbidCoreDumps() throws Throwable {
    return setLimit(RLIMIT_CORE, 0);
  }

  /** Lowers the priority of one thread. */
  static boolean beNice(int threadId, int niceness) throws Throwable {
    return succeeded("setpriority", PRIO_PROCESS, threadId, niceness);
  }

  /** Keeps one thread, and those that it starts later, on the CPUs. */
  static boolean pin(int threadId, Set<Integer> cpus) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate((MAX_CPU + 1) / Byte.SIZE, Long.BYTES);
      for (int cpu : cpus) {
        int word = cpu / Long.SIZE;
        mask.setAtIndex(
            JAVA_LONG, word, mask.getAtIndex(JAVA_LONG, word) | 1L << (cpu % Long.SIZE));
      }
      return succeeded("sched_setaffinity", threadId, mask.byteSize(), mask.address());
    }
  }

  private static boolean setLimit(int resource, long value) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limit = arena.allocate(JAVA_LONG, 2);
      limit.setAtIndex(JAVA_LONG, 0, value);
      limit.setAtIndex(JAVA_LONG, 1, value);
      return succeeded("setrlimit", resource, limit.address());
    }
  }

  private static boolean succeeded(String name, long... arguments) throws Throwable {
    return (int) LIBC.function(name).call(arguments) == 0;
  }
}
