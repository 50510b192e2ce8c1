package dev.octune.workers.build;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
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

  private final Linker linker = Linker.nativeLinker();
  private final Arena lifetime = Arena.global();
  private final SymbolLookup library;

  private final MethodHandle contextCreate = pointer("LLVMContextCreate");
  private final MethodHandle contextDispose = nothing("LLVMContextDispose", ADDRESS);
  private final MethodHandle contextSetDiagnosticHandler =
      nothing("LLVMContextSetDiagnosticHandler", ADDRESS, ADDRESS, ADDRESS);
  private final MethodHandle bufferWithRange =
      pointer("LLVMCreateMemoryBufferWithMemoryRange", ADDRESS, JAVA_LONG, ADDRESS, JAVA_INT);
  private final MethodHandle bufferStart = pointer("LLVMGetBufferStart", ADDRESS);
  private final MethodHandle bufferSize =
      function("LLVMGetBufferSize", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
  private final MethodHandle bufferDispose = nothing("LLVMDisposeMemoryBuffer", ADDRESS);
  private final MethodHandle parseIr =
      number("LLVMParseIRInContext", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private final MethodHandle verifyModule = number("LLVMVerifyModule", ADDRESS, JAVA_INT, ADDRESS);
  private final MethodHandle moduleDispose = nothing("LLVMDisposeModule", ADDRESS);
  private final MethodHandle moduleText = pointer("LLVMPrintModuleToString", ADDRESS);
  private final MethodHandle firstFunction = pointer("LLVMGetFirstFunction", ADDRESS);
  private final MethodHandle nextFunction = pointer("LLVMGetNextFunction", ADDRESS);
  private final MethodHandle stringAttribute =
      pointer("LLVMCreateStringAttribute", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private final MethodHandle addAttribute =
      nothing("LLVMAddAttributeAtIndex", ADDRESS, JAVA_INT, ADDRESS);
  private final MethodHandle runPasses =
      pointer("LLVMRunPasses", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private final MethodHandle emitFile =
      number("LLVMTargetMachineEmitToMemoryBuffer", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  private final MethodHandle messageDispose = nothing("LLVMDisposeMessage", ADDRESS);
  private final MethodHandle errorMessage = pointer("LLVMGetErrorMessage", ADDRESS);
  private final MethodHandle targetFromTriple =
      number("LLVMGetTargetFromTriple", ADDRESS, ADDRESS, ADDRESS);
  private final MethodHandle machineCreate =
      pointer(
          "LLVMCreateTargetMachine",
          ADDRESS,
          ADDRESS,
          ADDRESS,
          ADDRESS,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT);
  private final MethodHandle diagnosticSeverity = number("LLVMGetDiagInfoSeverity", ADDRESS);
  private final MethodHandle diagnosticText = pointer("LLVMGetDiagInfoDescription", ADDRESS);

  private final MemorySegment onDiagnostic;
  private final MemorySegment passOptions;
  private final MemorySegment passes = lifetime.allocateFrom("function(mem2reg)");
  private final MemorySegment bufferName = lifetime.allocateFrom("ir");
  private final Map<List<String>, MemorySegment> machines = new HashMap<>();
  private final List<String> complaints = new ArrayList<>();

  /**
   * Loads the library and its two back ends.
   *
   * @param options of LLVM's command line, set once for the process
   */
  Llvm(Path libLlvm, List<String> options) throws Throwable {
    library = SymbolLookup.libraryLookup(libLlvm, Arena.global());
    super();
    for (String backEnd : BACK_ENDS) {
      for (String part : List.of("TargetInfo", "Target", "TargetMC", "AsmPrinter")) {
        nothing("LLVMInitialize" + backEnd + part).invokeExact();
      }
    }
    setOptions(options);
    passOptions = (MemorySegment) pointer("LLVMCreatePassBuilderOptions").invokeExact();
    MethodHandle handler =
        MethodHandles.lookup()
            .findVirtual(
                Llvm.class,
                "diagnosed",
                MethodType.methodType(void.class, MemorySegment.class, MemorySegment.class))
            .bindTo(this);
    onDiagnostic =
        linker.upcallStub(handler, FunctionDescriptor.ofVoid(ADDRESS, ADDRESS), lifetime);
  }

  /** Version as the library itself tells it, such as 20.1.7. */
  String version() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parts = arena.allocate(JAVA_INT, 3);
      nothing("LLVMGetVersion", ADDRESS, ADDRESS, ADDRESS)
          .invokeExact(parts, parts.asSlice(Integer.BYTES), parts.asSlice(2 * Integer.BYTES));
      return "%d.%d.%d"
          .formatted(
              parts.getAtIndex(JAVA_INT, 0),
              parts.getAtIndex(JAVA_INT, 1),
              parts.getAtIndex(JAVA_INT, 2));
    }
  }

  /** Compiles one module; the bytes are the file that the order asks for. */
  byte[] compile(BuildOrder order) throws Throwable {
    complaints.clear();
    MemorySegment context = (MemorySegment) contextCreate.invokeExact();
    try (Arena arena = Arena.ofConfined()) {
      contextSetDiagnosticHandler.invokeExact(context, onDiagnostic, MemorySegment.NULL);
      MemorySegment module = parse(context, order.ir(), arena);
      try {
        verify(module, arena);
        limitStack(context, module, arena);
        MemorySegment machine = machine(order);
        promoteAllocas(module, machine);
        byte[] file =
            switch (order.output()) {
              case OBJECT -> emit(module, machine, OBJECT_FILE, arena);
              case ASSEMBLY -> emit(module, machine, ASSEMBLY_FILE, arena);
              case IR -> {
                MemorySegment text = (MemorySegment) moduleText.invokeExact(module);
                yield taken(text).getBytes(StandardCharsets.UTF_8);
              }
            };
        if (!complaints.isEmpty()) {
          throw new Refusal(String.join("; ", complaints));
        }
        return file;
      } finally {
        moduleDispose.invokeExact(module);
      }
    } finally {
      contextDispose.invokeExact(context);
    }
  }

  private MemorySegment parse(MemorySegment context, ByteBuffer ir, Arena arena) throws Throwable {
    // LLVM's lexer reads a zero byte behind the text.
    MemorySegment text = arena.allocate(ir.remaining() + 1L);
    text.copyFrom(MemorySegment.ofBuffer(ir));
    MemorySegment buffer =
        (MemorySegment)
            bufferWithRange.invokeExact(text, (long) ir.remaining(), bufferName, NUL_TERMINATED);
    MemorySegment module = arena.allocate(ADDRESS);
    MemorySegment message = arena.allocate(ADDRESS);
    // The call takes the buffer over, also where it fails.
    if ((int) parseIr.invokeExact(context, buffer, module, message) != 0) {
      throw new Refusal(taken(message.get(ADDRESS, 0)).strip());
    }
    return module.get(ADDRESS, 0);
  }

  private void verify(MemorySegment module, Arena arena) throws Throwable {
    MemorySegment message = arena.allocate(ADDRESS);
    int broken = (int) verifyModule.invokeExact(module, RETURN_STATUS, message);
    String reason = taken(message.get(ADDRESS, 0));
    if (broken != 0) {
      throw new Refusal("the module is not valid: " + reason.strip());
    }
  }

  /** Has LLVM warn of each function that takes more stack than a kernel may. */
  private void limitStack(MemorySegment context, MemorySegment module, Arena arena)
      throws Throwable {
    String limit = Integer.toString(Builder.MAX_STACK_BYTES);
    MemorySegment attribute =
        (MemorySegment)
            stringAttribute.invokeExact(
                context,
                arena.allocateFrom(STACK_ATTRIBUTE),
                STACK_ATTRIBUTE.length(),
                arena.allocateFrom(limit),
                limit.length());
    MemorySegment function = (MemorySegment) firstFunction.invokeExact(module);
    while (function.address() != 0) {
      addAttribute.invokeExact(function, FUNCTION_INDEX, attribute);
      function = (MemorySegment) nextFunction.invokeExact(function);
    }
  }

  private void promoteAllocas(MemorySegment module, MemorySegment machine) throws Throwable {
    MemorySegment error =
        (MemorySegment) runPasses.invokeExact(module, passes, machine, passOptions);
    if (error.address() != 0) {
      throw new Refusal("mem2reg: " + text((MemorySegment) errorMessage.invokeExact(error)));
    }
  }

  private byte[] emit(MemorySegment module, MemorySegment machine, int kind, Arena arena)
      throws Throwable {
    MemorySegment message = arena.allocate(ADDRESS);
    MemorySegment out = arena.allocate(ADDRESS);
    if ((int) emitFile.invokeExact(machine, module, kind, message, out) != 0) {
      throw new Refusal(taken(message.get(ADDRESS, 0)).strip());
    }
    MemorySegment buffer = out.get(ADDRESS, 0);
    try {
      long size = (long) bufferSize.invokeExact(buffer);
      MemorySegment start = (MemorySegment) bufferStart.invokeExact(buffer);
      return start.reinterpret(size).toArray(JAVA_BYTE);
    } finally {
      bufferDispose.invokeExact(buffer);
    }
  }

  private MemorySegment machine(BuildOrder order) throws Throwable {
    List<String> key = List.of(order.triple(), order.cpu(), order.features());
    MemorySegment known = machines.get(key);
    if (known != null) {
      return known;
    }
    if (machines.size() == MAX_MACHINES) {
      throw new Refusal("this process already compiles for %d targets".formatted(MAX_MACHINES));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment triple = arena.allocateFrom(order.triple());
      MemorySegment target = arena.allocate(ADDRESS);
      MemorySegment message = arena.allocate(ADDRESS);
      if ((int) targetFromTriple.invokeExact(triple, target, message) != 0) {
        throw new Refusal(taken(message.get(ADDRESS, 0)).strip());
      }
      MemorySegment machine =
          (MemorySegment)
              machineCreate.invokeExact(
                  target.get(ADDRESS, 0),
                  triple,
                  arena.allocateFrom(order.cpu()),
                  arena.allocateFrom(order.features()),
                  CODEGEN_LEVEL_DEFAULT,
                  RELOC_PIC,
                  CODE_MODEL_DEFAULT);
      if (machine.address() == 0) {
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
    nothing("LLVMParseCommandLineOptions", JAVA_INT, ADDRESS, ADDRESS)
        .invokeExact(words.size(), argv, MemorySegment.NULL);
  }

  /** LLVM calls this while it compiles; its own handler would end the process on an error. */
  void diagnosed(MemorySegment diagnostic, MemorySegment unused) throws Throwable {
    int severity = (int) diagnosticSeverity.invokeExact(diagnostic);
    String text = taken((MemorySegment) diagnosticText.invokeExact(diagnostic)).strip();
    if (severity == SEVERITY_ERROR
        || (severity == SEVERITY_WARNING && text.contains(STACK_WARNING))) {
      complaints.add(text);
    }
  }

  /** The text that the caller must free, freed. */
  private String taken(MemorySegment message) throws Throwable {
    if (message.address() == 0) {
      return "";
    }
    String text = text(message);
    messageDispose.invokeExact(message);
    return text;
  }

  private static String text(MemorySegment message) {
    return message.reinterpret(MAX_TEXT_BYTES).getString(0);
  }

  private MethodHandle pointer(String name, MemoryLayout... arguments) {
    return function(name, FunctionDescriptor.of(ADDRESS, arguments));
  }

  private MethodHandle number(String name, MemoryLayout... arguments) {
    return function(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  private MethodHandle nothing(String name, MemoryLayout... arguments) {
    return function(name, FunctionDescriptor.ofVoid(arguments));
  }

  private MethodHandle function(String name, FunctionDescriptor descriptor) {
    return linker.downcallHandle(library.findOrThrow(name), descriptor);
  }
}
