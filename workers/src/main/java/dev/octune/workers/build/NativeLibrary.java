package dev.octune.workers.build;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Functions of a C library whose arguments and result are integers and pointers.
 *
 * <p>All of them are called in one shape, seven 64-bit integers to a 64-bit integer: the calling
 * conventions of x86-64 and AArch64 Linux pass integers and pointers alike and let a callee ignore
 * what it does not take. A shape of its own for each function would cost the child 0.2 s at its
 * start. Of a result that C declares as int only the low 32 bits mean something.
 */
@SuppressWarnings("restricted") // native access is this class's purpose
final class NativeLibrary {
  private static final int MAX_ARGUMENTS = 7;

  private static final MethodHandle CALL =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                  JAVA_LONG));

  private final SymbolLookup symbols;

  NativeLibrary(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  /** One function of the library. */
  record Function(MemorySegment address) {
    /** Calls it; pointers are given as addresses whose memory the caller keeps alive. */
    long call(long... arguments) throws Throwable {
      if (arguments.length > MAX_ARGUMENTS) {
        throw new IllegalArgumentException(arguments.length + " arguments");
      }
      long[] a = Arrays.copyOf(arguments, MAX_ARGUMENTS);
      return (long) CALL.invokeExact(address, a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
    }
  }

  /**
   * Finds a function.
   *
   * @throws java.util.NoSuchElementException where the library lacks it
   */
  Function function(String name) {
    return new Function(symbols.findOrThrow(name));
  }
}
