package dev.octune.workers.build;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * libLLVM through its C API, with the X86 and AArch64 back ends. It may end the process, and does
 * so on a module that a back end cannot select. Confined to one thread.
 */
@SuppressWarnings("restricted") // native access is this class's purpose
final class Llvm {
  /** What LLVM has against a module. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String reason) {
      super(reason);
    }
  }

  private static final List<String> BACK_ENDS = List.of("X86", "AArch64");

  /** A machine holds the tables of its features, a megabyte or so. */
  private static final int MAX_MACHINES = 32;

  /** Longest text that is read where LLVM does not tell its length. */
  private static final long MAX_TEXT_BYTES = 1 << 20;

  private static final int CODEGEN_LEVEL_DEFAULT = 2;
  private static final int RELOC_PIC = 2;
  private static final int CODE_MODEL_DEFAULT = 0;
  private static final int NUL_TERMINATED = 1;
  private static final int RETURN_STATUS = 2;
  private static final int ASSEMBLY_FILE = 0;
  private static final int OBJECT_FILE = 1;
  private static final int FUNCTION_INDEX = -1;
  private static final int SEVERITY_ERROR = 0;
  private static final int SEVERITY_WARNING = 1;

  private static final String STACK_ATTRIBUTE = "warn-stack-size";

  /** What LLVM's warning says where a function takes more stack than its attribute allows. */
  private static final String STACK_WARNING = "stack frame size";

  private final Arena lifetime = Arena.global();
  private final NativeLibrary library;

  private final NativeLibrary.Function contextCreate = llvm("ContextCreate");
  private final NativeLibrary.Function contextDispose = llvm("ContextDispose");
  private final NativeLibrary.Function contextSetDiagnosticHandler =
      llvm("ContextSetDiagnosticHandler");
  private final NativeLibrary.Function createMemoryBufferWithMemoryRange =
      llvm("CreateMemoryBufferWithMemoryRange");
  private final NativeLibrary.Function getBufferStart = llvm("GetBufferStart");
  private final NativeLibrary.Function getBufferSize = llvm("GetBufferSize");
  private final NativeLibrary.Function disposeMemoryBuffer = llvm("DisposeMemoryBuffer");
  private final NativeLibrary.Function parseIRInContext = llvm("ParseIRInContext");
  private final NativeLibrary.Function verifyModule = llvm("VerifyModule");
  private final NativeLibrary.Function disposeModule = llvm("DisposeModule");
  private final NativeLibrary.Function printModuleToString = llvm("PrintModuleToString");
  private final NativeLibrary.Function getFirstFunction = llvm("GetFirstFunction");
  private final NativeLibrary.Function getNextFunction = llvm("GetNextFunction");
  private final NativeLibrary.Function createStringAttribute = llvm("CreateStringAttribute");
  private final NativeLibrary.Function addAttributeAtIndex = llvm("AddAttributeAtIndex");
  private final NativeLibrary.Function runPasses = llvm("RunPasses");
  private final NativeLibrary.Function targetMachineEmitToMemoryBuffer =
      llvm("TargetMachineEmitToMemoryBuffer");
  private final NativeLibrary.Function disposeMessage = llvm("DisposeMessage");
  private final NativeLibrary.Function getErrorMessage = llvm("GetErrorMessage");
  private final NativeLibrary.Function getTargetFromTriple = llvm("GetTargetFromTriple");
  private final NativeLibrary.Function createTargetMachine = llvm("CreateTargetMachine");
  private final NativeLibrary.Function getDiagInfoSeverity = llvm("GetDiagInfoSeverity");
  private final NativeLibrary.Function getDiagInfoDescription = llvm("GetDiagInfoDescription");

  private final MemorySegment onDiagnostic;
  private final long passOptions;
  private final MemorySegment passes = lifetime.allocateFrom("function(mem2reg)");
  private final MemorySegment bufferName = lifetime.allocateFrom("ir");
  private final Map<List<String>, Long> machines = new HashMap<>();
  private final List<String> complaints = new ArrayList<>();

  /**
   * Loads the library and its two back ends.
   *
   * @param options of LLVM's command line, set once for the process
   */
  Llvm(Path libLlvm, List<String> options) throws Throwable {
    library = new NativeLibrary(SymbolLookup.libraryLookup(libLlvm, Arena.global()));
    super();
    for (String backEnd : BACK_ENDS) {
      for (String part : List.of("TargetInfo", "Target", "TargetMC", "AsmPrinter")) {
        llvm("Initialize" + backEnd + part).call();
      }
    }
    setOptions(options);
    passOptions = llvm("CreatePassBuilderOptions").call();
    MethodHandle handler =
        MethodHandles.lookup()
            .findVirtual(
                Llvm.class,
                "diagnosed",
                MethodType.methodType(void.class, MemorySegment.class, MemorySegment.class))
            .bindTo(this);
    onDiagnostic =
        Linker.nativeLinker()
            .upcallStub(handler, FunctionDescriptor.ofVoid(ADDRESS, ADDRESS), lifetime);
  }

  /** Version as the library itself tells it, such as 20.1.7. */
  String version() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment major = arena.allocate(JAVA_INT);
      MemorySegment minor = arena.allocate(JAVA_INT);
      MemorySegment patch = arena.allocate(JAVA_INT);
      llvm("GetVersion").call(major.address(), minor.address(), patch.address());
      return "%d.%d.%d"
          .formatted(major.get(JAVA_INT, 0), minor.get(JAVA_INT, 0), patch.get(JAVA_INT, 0));
    }
  }

  /** Compiles one module; the bytes are the file that the order asks for. */
  byte[] compile(BuildOrder order) throws Throwable {
    complaints.clear();
    long context = contextCreate.call();
    try (Arena arena = Arena.ofConfined()) {
      contextSetDiagnosticHandler.call(context, onDiagnostic.address());
      long module = parse(context, order.ir(), arena);
      try {
        verify(module, arena);
        limitStack(context, module, arena);
        long machine = machine(order);
        promoteAllocas(module, machine);
        byte[] file =
            switch (order.output()) {
              case OBJECT -> emit(module, machine, OBJECT_FILE, arena);
              case ASSEMBLY -> emit(module, machine, ASSEMBLY_FILE, arena);
              case IR -> taken(printModuleToString.call(module)).getBytes(StandardCharsets.UTF_8);
            };
        if (!complaints.isEmpty()) {
          throw new Refusal(String.join("; ", complaints));
        }
        return file;
      } finally {
        disposeModule.call(module);
      }
    } finally {
      contextDispose.call(context);
    }
  }

  private long parse(long context, ByteBuffer ir, Arena arena) throws Throwable {
    // LLVM's lexer reads a zero byte behind the text.
    MemorySegment text = arena.allocate(ir.remaining() + 1L);
    text.copyFrom(MemorySegment.ofBuffer(ir));
    long buffer =
        createMemoryBufferWithMemoryRange.call(
            text.address(), ir.remaining(), bufferName.address(), NUL_TERMINATED);
    MemorySegment module = arena.allocate(JAVA_LONG);
    MemorySegment message = arena.allocate(JAVA_LONG);
    // The call takes the buffer over, also where it fails.
    if (failed(parseIRInContext.call(context, buffer, module.address(), message.address()))) {
      throw new Refusal(taken(message.get(JAVA_LONG, 0)).strip());
    }
    return module.get(JAVA_LONG, 0);
  }

  private void verify(long module, Arena arena) throws Throwable {
    MemorySegment message = arena.allocate(JAVA_LONG);
    boolean broken = failed(verifyModule.call(module, RETURN_STATUS, message.address()));
    String reason = taken(message.get(JAVA_LONG, 0));
    if (broken) {
      throw new Refusal("the module is not valid: " + reason.strip());
    }
  }

  /** Has LLVM warn of each function that takes more stack than a kernel may. */
  private void limitStack(long context, long module, Arena arena) throws Throwable {
    String limit = Integer.toString(Builder.MAX_STACK_BYTES);
    MemorySegment name = arena.allocateFrom(STACK_ATTRIBUTE);
    MemorySegment value = arena.allocateFrom(limit);
    long attribute =
        createStringAttribute.call(
            context, name.address(), STACK_ATTRIBUTE.length(), value.address(), limit.length());
    for (long function = getFirstFunction.call(module);
        function != 0;
        function = getNextFunction.call(function)) {
      addAttributeAtIndex.call(function, FUNCTION_INDEX, attribute);
    }
  }

  private void promoteAllocas(long module, long machine) throws Throwable {
    long error = runPasses.call(module, passes.address(), machine, passOptions);
    if (error != 0) {
      throw new Refusal("mem2reg: " + text(getErrorMessage.call(error)));
    }
  }

  private byte[] emit(long module, long machine, int kind, Arena arena) throws Throwable {
    MemorySegment message = arena.allocate(JAVA_LONG);
    MemorySegment out = arena.allocate(JAVA_LONG);
    if (failed(
        targetMachineEmitToMemoryBuffer.call(
            machine, module, kind, message.address(), out.address()))) {
      throw new Refusal(taken(message.get(JAVA_LONG, 0)).strip());
    }
    long buffer = out.get(JAVA_LONG, 0);
    try {
      return MemorySegment.ofAddress(getBufferStart.call(buffer))
          .reinterpret(getBufferSize.call(buffer))
          .toArray(JAVA_BYTE);
    } finally {
      disposeMemoryBuffer.call(buffer);
    }
  }

  private long machine(BuildOrder order) throws Throwable {
    List<String> key = List.of(order.triple(), order.cpu(), order.features());
    Long known = machines.get(key);
    if (known != null) {
      return known;
    }
    if (machines.size() == MAX_MACHINES) {
      throw new Refusal("this process already compiles for %d targets".formatted(MAX_MACHINES));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment triple = arena.allocateFrom(order.triple());
      MemorySegment cpu = arena.allocateFrom(order.cpu());
      MemorySegment features = arena.allocateFrom(order.features());
      MemorySegment target = arena.allocate(JAVA_LONG);
      MemorySegment message = arena.allocate(JAVA_LONG);
      if (failed(getTargetFromTriple.call(triple.address(), target.address(), message.address()))) {
        throw new Refusal(taken(message.get(JAVA_LONG, 0)).strip());
      }
      long machine =
          createTargetMachine.call(
              target.get(JAVA_LONG, 0),
              triple.address(),
              cpu.address(),
              features.address(),
              CODEGEN_LEVEL_DEFAULT,
              RELOC_PIC,
              CODE_MODEL_DEFAULT);
      if (machine == 0) {
        throw new Refusal("LLVM has no target machine for " + key);
      }
      machines.put(key, machine);
      return machine;
    }
  }

  private void setOptions(List<String> options) throws Throwable {
    List<String> words = new ArrayList<>(List.of("octune"));
    words.addAll(options);
    MemorySegment argv = lifetime.allocate(ADDRESS, words.size());
    for (int i = 0; i < words.size(); i++) {
      argv.setAtIndex(ADDRESS, i, lifetime.allocateFrom(words.get(i)));
    }
    llvm("ParseCommandLineOptions").call(words.size(), argv.address(), 0);
  }

  /** LLVM calls this while it compiles; its own handler would end the process on an error. */
  void diagnosed(MemorySegment diagnostic, MemorySegment unused) throws Throwable {
    int severity = (int) getDiagInfoSeverity.call(diagnostic.address());
    String text = taken(getDiagInfoDescription.call(diagnostic.address())).strip();
    if (severity == SEVERITY_ERROR
        || (severity == SEVERITY_WARNING && text.contains(STACK_WARNING))) {
      complaints.add(text);
    }
  }

  /** The text that the caller must free, freed. */
  private String taken(long message) throws Throwable {
    if (message == 0) {
      return "";
    }
    String text = text(message);
    disposeMessage.call(message);
    return text;
  }

  private static String text(long message) {
    return MemorySegment.ofAddress(message).reinterpret(MAX_TEXT_BYTES).getString(0);
  }

  /** C's int result, of which the upper half is undefined. */
  private static boolean failed(long status) {
    return (int) status != 0;
  }

  private NativeLibrary.Function llvm(String name) {
    return library.function("LLVM" + name);
  }
}
