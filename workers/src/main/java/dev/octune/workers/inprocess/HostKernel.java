package dev.octune.workers.inprocess;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.octune.kernels.codegen.KernelSource;
import dev.octune.kernels.target.Isa;
import dev.octune.workers.build.BuildRequest;
import dev.octune.workers.build.BuildResult;
import dev.octune.workers.build.Builder;
import dev.octune.workers.build.Image;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.random.RandomGenerator;

/** A kernel whose code is mapped into this process. Thread-safe; close it after its operands. */
@SuppressWarnings("restricted") // native access is this class's purpose
public final class HostKernel implements AutoCloseable {
  /** Packed buffers stand on cache lines. */
  private static final int ALIGN_BYTES = 64;

  /** Placements differ in where a buffer begins within so many lines: two pages. */
  private static final int MAX_OFFSET_LINES = 128;

  private static final Linker LINKER = Linker.nativeLinker();

  /** Kernels neither block nor call back, so the JVM need not know of them. */
  private static final MethodHandle RUN =
      LINKER.downcallHandle(
          FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT),
          Linker.Option.critical(false));

  private static final MethodHandle PACK =
      LINKER.downcallHandle(FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));

  private final KernelSource source;
  private final ExecutableMemory code;
  private final ExecutableMemory packing;
  private final MemorySegment run;
  private final Image packImage;

  private HostKernel(KernelSource source, Image runImage, Image packImage) {
    if (source.target().isa() == Isa.AMXINT8) {
      TilePermission.ask();
    }
    this.source = source;
    this.packImage = packImage;
    code = ExecutableMemory.of(runImage);
    packing = ExecutableMemory.of(packImage);
    run = code.function(runImage.entry(KernelSource.RUN));
  }

  /**
   * Compiles a source for this process.
   *
   * @throws IllegalStateException where it does not compile
   */
  public static HostKernel build(KernelSource source, Builder builder) throws InterruptedException {
    return new HostKernel(
        source, image(source, source.runIr(), builder), image(source, source.packIr(), builder));
  }

  private static Image image(KernelSource source, String ir, Builder builder)
      throws InterruptedException {
    return switch (builder.build(new BuildRequest(source.target().isa(), ir))) {
      case BuildResult.Built<Image>(Image image, long _) -> image;
      case BuildResult.Refused<Image>(String reason) -> throw failed(reason);
      case BuildResult.Died<Image>(String reason) -> throw failed(reason);
      case BuildResult.Unavailable<Image>(String reason) -> throw failed(reason);
      case BuildResult.TimedOut<Image>(var limit) ->
          throw failed("it took more than " + limit.toMillis() + " ms");
    };
  }

  private static IllegalStateException failed(String reason) {
    return new IllegalStateException("the kernel can't be built: " + reason);
  }

  /**
   * Packs operands into buffers of their own.
   *
   * @param placement tells the addresses of one set of buffers from those of another
   */
  public Operands operands(byte[] act, byte[] wgt, RandomGenerator placement) {
    return new Operands(act, wgt, placement);
  }

  @Override
  public void close() {
    code.close();
    packing.close();
  }

  private void pack(String function, MemorySegment from, MemorySegment to) {
    try {
      PACK.invokeExact(packing.function(packImage.entry(function)), from, to);
    } catch (Throwable e) {
      throw new LinkageError(function + " can't be called", e);
    }
  }

  /** Packed operands and an output. One thread owns it; parts may run on several. */
  public final class Operands implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment act;
    private final MemorySegment wgt;
    private final MemorySegment out;

    private Operands(byte[] plainAct, byte[] plainWgt, RandomGenerator placement) {
      act = buffer(source.actBytes(), placement);
      wgt = buffer(source.wgtBytes(), placement);
      out = buffer(source.outBytes(), placement);
      try (Arena plain = Arena.ofConfined()) {
        pack(KernelSource.PACK_ACT, plain.allocateFrom(JAVA_BYTE, plainAct), act);
        pack(KernelSource.PACK_WGT, plain.allocateFrom(JAVA_BYTE, plainWgt), wgt);
      }
    }

    private MemorySegment buffer(long bytes, RandomGenerator placement) {
      long offset = (long) placement.nextInt(MAX_OFFSET_LINES) * ALIGN_BYTES;
      return arena.allocate(offset + bytes, ALIGN_BYTES).asSlice(offset, bytes);
    }

    /** One part of a run. */
    public void run(int part, int parts) {
      try {
        RUN.invokeExact(run, act, wgt, out, part, parts);
      } catch (Throwable e) {
        throw new LinkageError("the kernel can't be called", e);
      }
    }

    /** The plain output of the runs before. */
    public int[] output(long elements) {
      try (Arena plain = Arena.ofConfined()) {
        MemorySegment sums = plain.allocate(JAVA_INT, elements);
        pack(KernelSource.UNPACK_OUT, out, sums);
        return sums.toArray(JAVA_INT);
      }
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
