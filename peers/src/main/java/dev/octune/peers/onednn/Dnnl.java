package dev.octune.peers.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.octune.kernels.target.Isa;
import dev.octune.tuner.peer.PeerException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;

/**
 * Functions of oneDNN's C API (oneapi/dnnl/dnnl.h of version 3), on one engine and one stream.
 *
 * <p>All but the two that are timed are called in one shape, thirteen 64-bit integers to a 64-bit
 * integer: x86-64's calling convention passes integers and pointers alike and lets a callee ignore
 * what it does not take. Numbers are those of dnnl_types.h. Confined to the thread that made it,
 * whose number of OpenMP threads it sets.
 */
@SuppressWarnings("restricted") // native access is this class's purpose
final class Dnnl {
  static final int F32 = 3;
  static final int S32 = 4;
  static final int S8 = 5;
  static final int U8 = 6;

  /** The layout that a primitive likes best. */
  static final int ANY = 1;

  static final int AB = 3;
  static final int BA = 14;
  static final int ABC = 4;
  static final int ABCD = 5;
  static final int ABCDE = 6;

  static final int QUERY_SRC = 129;
  static final int QUERY_WEIGHTS = 131;
  static final int QUERY_DST = 133;

  static final int ARG_SRC = 1;
  static final int ARG_DST = 17;
  static final int ARG_WEIGHTS = 33;

  private static final int QUERY_IMPLEMENTATION = 8;
  private static final int ENGINE_CPU = 1;
  private static final int STREAM_DEFAULT = 1;
  private static final int FORWARD_INFERENCE = 96;
  private static final int CONVOLUTION_DIRECT = 1;
  private static final int SUCCESS = 0;
  private static final int UNIMPLEMENTED = 3;
  private static final int NO_CAP = 0;
  private static final int MAX_DIMS = 12;
  private static final long MAX_TEXT_BYTES = 256;

  private static final int MAX_ARGUMENTS = 13;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle CALL =
      LINKER.downcallHandle(
          FunctionDescriptor.of(
              JAVA_LONG,
              Collections.nCopies(MAX_ARGUMENTS, JAVA_LONG).toArray(MemoryLayout[]::new)));
  private static final MethodHandle EXECUTE =
      LINKER.downcallHandle(
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG));
  private static final MethodHandle WAIT =
      LINKER.downcallHandle(FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

  private final SymbolLookup symbols;
  private final MemorySegment execute;
  private final MemorySegment await;
  private final long engine;
  private final long stream;

  private Dnnl(SymbolLookup symbols, Isa isa, int threads) {
    this.symbols = symbols;
    execute = symbols.findOrThrow("dnnl_primitive_execute");
    await = symbols.findOrThrow("dnnl_stream_wait");
    // Both must be told before anything else is asked.
    cap(isa);
    // A function of the OpenMP runtime that oneDNN is linked to: where the process has one of that
    // name already, it is that one and not the file beside oneDNN.
    long _ = call("omp_set_num_threads", threads);
    engine = made("dnnl_engine_create", ENGINE_CPU, 0);
    stream = made("dnnl_stream_create", engine, STREAM_DEFAULT);
  }

  /** Loads the libraries, for ever. */
  static Dnnl load(NativeFiles files, Isa isa, int threads) {
    try {
      return new Dnnl(SymbolLookup.libraryLookup(files.oneDnn(), Arena.global()), isa, threads);
    } catch (IllegalArgumentException e) {
      throw new PeerException(
          "oneDNN does not load: %s. Mend: it needs libstdc++ and glibc of 2024 or newer; delete %s should it be damaged"
              .formatted(e.getMessage(), files.oneDnn().getParent()),
          e);
    }
  }

  /** oneDNN's own version, such as 3.13.0. */
  String version() {
    MemorySegment version =
        MemorySegment.ofAddress(call("dnnl_version")).reinterpret(3L * Integer.BYTES);
    return "%d.%d.%d"
        .formatted(
            version.getAtIndex(JAVA_INT, 0),
            version.getAtIndex(JAVA_INT, 1),
            version.getAtIndex(JAVA_INT, 2));
  }

  /** A dense tensor; freed by {@link #destroyDescriptor}. */
  long descriptor(long[] dims, int type, int tag) {
    try (Arena arena = Arena.ofConfined()) {
      return made(
          "dnnl_memory_desc_create_with_tag", dims.length, dims(arena, dims).address(), type, tag);
    }
  }

  void destroyDescriptor(long descriptor) {
    long _ = call("dnnl_memory_desc_destroy", descriptor);
  }

  long bytes(long descriptor) {
    return call("dnnl_memory_desc_get_size", descriptor);
  }

  /** A tensor in memory of the caller's; freed by {@link #destroyMemory}. */
  long memory(long descriptor, MemorySegment data) {
    return made("dnnl_memory_create", descriptor, engine, data.address());
  }

  void destroyMemory(long memory) {
    long _ = call("dnnl_memory_destroy", memory);
  }

  /** A convolution without bias; empty where there is no kernel for these types. */
  Optional<Long> convolution(
      long src, long wgt, long dst, long[] stride, long[] dilation, long[] before, long[] after) {
    try (Arena arena = Arena.ofConfined()) {
      return able(
          "dnnl_convolution_forward_primitive_desc_create",
          engine,
          FORWARD_INFERENCE,
          CONVOLUTION_DIRECT,
          src,
          wgt,
          0,
          dst,
          dims(arena, stride).address(),
          dims(arena, dilation).address(),
          dims(arena, before).address(),
          dims(arena, after).address(),
          0);
    }
  }

  Optional<Long> matmul(long src, long wgt, long dst) {
    return able("dnnl_matmul_primitive_desc_create", engine, src, wgt, 0, dst, 0);
  }

  Optional<Long> innerProduct(long src, long wgt, long dst) {
    return able(
        "dnnl_inner_product_forward_primitive_desc_create",
        engine,
        FORWARD_INFERENCE,
        src,
        wgt,
        0,
        dst,
        0);
  }

  /** The layout it asks for; lives as long as the primitive's description. */
  long layout(long primitiveDescription, int query) {
    return call("dnnl_primitive_desc_query_md", primitiveDescription, query, 0);
  }

  /** The kernel's name, such as {@code brgconv:avx512_core_vnni}. */
  String implementation(long primitiveDescription) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(ADDRESS);
      require(
          "dnnl_primitive_desc_query",
          call(
              "dnnl_primitive_desc_query",
              primitiveDescription,
              QUERY_IMPLEMENTATION,
              0,
              text.address()));
      return text.get(ADDRESS, 0).reinterpret(MAX_TEXT_BYTES).getString(0);
    }
  }

  void destroyDescription(long primitiveDescription) {
    long _ = call("dnnl_primitive_desc_destroy", primitiveDescription);
  }

  long primitive(long primitiveDescription) {
    return made("dnnl_primitive_create", primitiveDescription);
  }

  void destroyPrimitive(long primitive) {
    long _ = call("dnnl_primitive_destroy", primitive);
  }

  /** Carries a tensor over into another layout or type. */
  void reorder(long fromDescriptor, long from, long toDescriptor, long to) {
    long description =
        made("dnnl_reorder_primitive_desc_create", fromDescriptor, engine, toDescriptor, engine, 0);
    long primitive = primitive(description);
    try (Arena arena = Arena.ofConfined()) {
      execute(primitive, arguments(arena, ARG_SRC, from, ARG_DST, to), 1);
    } finally {
      destroyPrimitive(primitive);
      destroyDescription(description);
    }
  }

  /**
   * Arguments of a primitive: struct { int arg; dnnl_memory_t memory; } each.
   *
   * @param pairs argument number and memory, in turn
   */
  static MemorySegment arguments(Arena arena, long... pairs) {
    MemorySegment list = arena.allocate(JAVA_LONG, pairs.length);
    for (int i = 0; i < pairs.length; i++) {
      list.setAtIndex(JAVA_LONG, i, pairs[i]);
    }
    return list;
  }

  /** Runs a primitive so many times, waiting for each. */
  void execute(long primitive, MemorySegment arguments, int runs) {
    int count = (int) (arguments.byteSize() / (2 * Long.BYTES));
    long list = arguments.address();
    try {
      for (int run = 0; run < runs; run++) {
        int status = (int) EXECUTE.invokeExact(execute, primitive, stream, count, list);
        if (status != SUCCESS) {
          throw new IllegalStateException("dnnl_primitive_execute ended with status " + status);
        }
        int waited = (int) WAIT.invokeExact(await, stream);
        if (waited != SUCCESS) {
          throw new IllegalStateException("dnnl_stream_wait ended with status " + waited);
        }
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new LinkageError("oneDNN can't be called", e);
    }
  }

  /** Caps the library; once in a process, after that it must be capped already. */
  private void cap(Isa isa) {
    int cap = number(isa);
    boolean told = (int) call("dnnl_set_max_cpu_isa", cap) == SUCCESS;
    int effective = (int) call("dnnl_get_effective_cpu_isa");
    if (!told && cap != NO_CAP && (effective & ~cap) != 0) {
      throw new PeerException(
          "oneDNN may use 0x%x in this process, not only %s. Mend: compare one target in a process"
              .formatted(effective, isa.text()));
    }
  }

  /** dnnl_cpu_isa_t of an instruction set. */
  private static int number(Isa isa) {
    return switch (isa) {
      case SSE2, SSE41 -> 0x1;
      case AVX2 -> 0x7;
      case AVXVNNI -> 0xf;
      case AVX512BW -> 0x27;
      // A machine with VNNI that has more than that, say bf16, is "native"; but for tiles.
      case AVX512VNNI -> 0x1ef;
      case AMXINT8 -> NO_CAP;
      case NEON, DOTPROD -> throw new PeerException("oneDNN is packaged for x86-64 only");
    };
  }

  private static MemorySegment dims(Arena arena, long[] dims) {
    return arena.allocateFrom(JAVA_LONG, Arrays.copyOf(dims, MAX_DIMS));
  }

  /** Calls a function whose first parameter takes the new object. */
  private long made(String function, long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment made = arena.allocate(JAVA_LONG);
      require(function, call(function, withFirst(made.address(), arguments)));
      return made.get(JAVA_LONG, 0);
    }
  }

  private Optional<Long> able(String function, long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment made = arena.allocate(JAVA_LONG);
      long status = call(function, withFirst(made.address(), arguments));
      if ((int) status == UNIMPLEMENTED) {
        return Optional.empty();
      }
      require(function, status);
      return Optional.of(made.get(JAVA_LONG, 0));
    }
  }

  private static long[] withFirst(long first, long[] others) {
    long[] all = new long[others.length + 1];
    all[0] = first;
    System.arraycopy(others, 0, all, 1, others.length);
    return all;
  }

  private static void require(String function, long status) {
    if ((int) status != SUCCESS) {
      throw new IllegalStateException("%s ended with status %d".formatted(function, (int) status));
    }
  }

  private long call(String function, long... arguments) {
    return call(symbols.findOrThrow(function), arguments);
  }

  private static long call(MemorySegment function, long... arguments) {
    long[] a = Arrays.copyOf(arguments, MAX_ARGUMENTS);
    try {
      return (long)
          CALL.invokeExact(
              function, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11],
              a[12]);
    } catch (Throwable e) {
      throw new LinkageError("oneDNN can't be called", e);
    }
  }
}
