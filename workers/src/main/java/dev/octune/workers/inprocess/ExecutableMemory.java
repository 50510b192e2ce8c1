package dev.octune.workers.inprocess;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.octune.workers.build.Image;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** An image in pages of its own, written first, then executed. Linux; thread-safe. */
@SuppressWarnings("restricted") // native access is this class's purpose
final class ExecutableMemory implements AutoCloseable {
  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int PROT_EXEC = 4;
  private static final int MAP_PRIVATE = 0x02;
  private static final int MAP_ANONYMOUS = 0x20;

  private static final MethodHandle MMAP =
      function(
          "mmap",
          FunctionDescriptor.of(
              ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MPROTECT =
      function("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle MUNMAP =
      function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

  private final MemorySegment pages;

  private ExecutableMemory(MemorySegment pages) {
    this.pages = pages;
  }

  static ExecutableMemory of(Image image) {
    long bytes = image.sizeBytes();
    try {
      MemorySegment mapped =
          (MemorySegment)
              MMAP.invokeExact(
                  0L, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
      if (mapped.address() == -1) {
        throw new IllegalStateException("mmap of %d bytes failed".formatted(bytes));
      }
      MemorySegment pages = mapped.reinterpret(bytes);
      pages.copyFrom(MemorySegment.ofBuffer(image.bytes()));
      if ((int) MPROTECT.invokeExact(pages, bytes, PROT_READ | PROT_EXEC) != 0) {
        throw new IllegalStateException(
            "code can't be made executable. Mend: allow this process mprotect with PROT_EXEC");
      }
      return new ExecutableMemory(pages);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new LinkageError("mmap can't be called", e);
    }
  }

  /** The function that begins at this offset. */
  MemorySegment function(int offset) {
    return pages.asSlice(offset);
  }

  @Override
  public void close() {
    try {
      int _ = (int) MUNMAP.invokeExact(pages, pages.byteSize());
    } catch (Throwable e) {
      throw new LinkageError("munmap can't be called", e);
    }
  }

  private static MethodHandle function(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }
}
