package dev.octune.workers.build;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Set;

/**
 * The few calls of the C library that keep a child in its bounds. Linux on 64-bit machines. A bound
 * that this kernel refuses is told, not fatal. Confined to the child's main thread.
 */
@SuppressWarnings("restricted") // native access is this class's purpose
final class Libc {
  /** Bits of the mask handed to sched_setaffinity, less one. */
  static final int MAX_CPU = 8191;

  private static final int PR_SET_PDEATHSIG = 1;
  private static final int PRIO_PROCESS = 0;
  private static final int RLIMIT_DATA = 2;
  private static final int RLIMIT_CORE = 4;
  private static final long SIGKILL = 9;

  private static final Linker LINKER = Linker.nativeLinker();

  private Libc() {}

  /** Copies descriptor {@code from} to a new one and returns that. */
  static int dup(int from) throws Throwable {
    int copy = (int) function("dup", JAVA_INT).invokeExact(from);
    if (copy < 0) {
      throw new IllegalStateException("dup(%d) failed".formatted(from));
    }
    return copy;
  }

  /** Makes descriptor {@code to} another name of {@code from}. */
  static void dup2(int from, int to) throws Throwable {
    if ((int) function("dup2", JAVA_INT, JAVA_INT).invokeExact(from, to) < 0) {
      throw new IllegalStateException("dup2(%d, %d) failed".formatted(from, to));
    }
  }

  /** Has the kernel kill this process when the thread that started it ends. */
  static boolean dieWithParent() throws Throwable {
    MethodHandle prctl =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("prctl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    return (int) prctl.invokeExact(PR_SET_PDEATHSIG, SIGKILL) == 0;
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
    return (int)
            function("setpriority", JAVA_INT, JAVA_INT, JAVA_INT)
                .invokeExact(PRIO_PROCESS, threadId, niceness)
        == 0;
  }

  /** Keeps one thread, and those that it starts later, on the CPUs. */
  static boolean pin(int threadId, Set<Integer> cpus) throws Throwable {
    MethodHandle call = function("sched_setaffinity", JAVA_INT, JAVA_LONG, ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate((MAX_CPU + 1) / Byte.SIZE, Long.BYTES);
      for (int cpu : cpus) {
        int word = cpu / Long.SIZE;
        mask.setAtIndex(
            JAVA_LONG, word, mask.getAtIndex(JAVA_LONG, word) | 1L << (cpu % Long.SIZE));
      }
      return (int) call.invokeExact(threadId, mask.byteSize(), mask) == 0;
    }
  }

  private static boolean setLimit(int resource, long value) throws Throwable {
    MethodHandle call = function("setrlimit", JAVA_INT, ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limit = arena.allocate(JAVA_LONG, 2);
      limit.setAtIndex(JAVA_LONG, 0, value);
      limit.setAtIndex(JAVA_LONG, 1, value);
      return (int) call.invokeExact(resource, limit) == 0;
    }
  }

  private static MethodHandle function(String name, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
  }
}
