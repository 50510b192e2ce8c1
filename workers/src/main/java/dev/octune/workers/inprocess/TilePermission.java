package dev.octune.workers.inprocess;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;

/**
 * AMX's tiles for this process: Linux gives them to those who ask. Source: the kernel's
 * documentation, arch/x86/xstate.
 */
@SuppressWarnings("restricted") // native access is this class's purpose
final class TilePermission {
  private static final long SYS_ARCH_PRCTL = 158;
  private static final long ARCH_REQ_XCOMP_PERM = 0x1023;
  private static final long XFEATURE_XTILEDATA = 18;

  private TilePermission() {}

  /**
   * Asks for all threads of this process, now and later; asking again is no error.
   *
   * @throws IllegalStateException where processor or kernel have no tiles
   */
  static void ask() {
    Linker linker = Linker.nativeLinker();
    long answer;
    try {
      answer =
          (long)
              linker
                  .downcallHandle(
                      linker.defaultLookup().findOrThrow("syscall"),
                      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                      Linker.Option.firstVariadicArg(1))
                  .invokeExact(SYS_ARCH_PRCTL, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new LinkageError("arch_prctl can't be called", e);
    }
    if (answer != 0) {
      throw new IllegalStateException(
          "this process may not use AMX tiles. Mend: a processor with amx_int8 and Linux 5.16 or"
              + " later, or --target with isa=avx512vnni");
    }
  }
}
