package dev.octune.workers.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.octune.kernels.target.Isa;
import dev.octune.workers.toolchain.Toolchain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BuilderIT {
  private static Builder builder;

  @BeforeAll
  static void start() throws IOException {
    builder = Builder.start(Toolchain.locate(), BuilderSettings.one());
  }

  @AfterAll
  static void close() {
    builder.close();
  }

  private static Image built(BuildResult<Image> result) {
    return switch (result) {
      case BuildResult.Built<Image>(Image image, long _) -> image;
      case BuildResult<Image> other -> fail(other.toString());
    };
  }

  private static String refusal(BuildRequest request) throws InterruptedException {
    return switch (builder.build(request)) {
      case BuildResult.Refused<Image>(String reason) -> reason;
      case BuildResult<Image> other -> fail(other.toString());
    };
  }

  private static void assertStillWorks() throws InterruptedException {
    assertTrue(built(builder.build(Modules.adds42(Isa.AVX2))).sizeBytes() > 0);
  }

  @ParameterizedTest
  @EnumSource(Isa.class)
  void build_smallFunction_imageWithItsEntry(Isa isa) throws Exception {
    Image image = built(builder.build(Modules.adds42(isa)));
    assertEquals(Set.of("octune_run"), image.entries().keySet());
    assertEquals(0, image.entry("octune_run"));
    assertTrue(image.sizeBytes() < 64, image.toString());
  }

  @ParameterizedTest
  @EnumSource(Isa.class)
  void build_constantsAndCalls_oneBlobWithBothEntries(Isa isa) throws Exception {
    Image image = built(builder.build(Modules.readsConstants(isa)));
    assertEquals(Set.of("octune_run", "octune_twice"), image.entries().keySet());
    assertTrue(image.sizeBytes() > 2000 * Integer.BYTES, image.toString());
  }

  @Test
  void build_memcpy_refusedByName() throws Exception {
    String reason =
        refusal(
            Modules.request(
                Isa.AVX2,
                """
                declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
                define void @octune_run(ptr %a, ptr %b, i64 %n) nounwind {
                  call void @llvm.memcpy.p0.p0.i64(ptr %a, ptr %b, i64 %n, i1 false)
                  ret void
                }
                """));
    assertTrue(reason.contains("undefined symbol memcpy"), reason);
  }

  @Test
  void build_badText_refusedWithTheLine() throws Exception {
    String reason =
        refusal(
            Modules.request(Isa.AVX2, "define void @f() {\n  %x = nonsense i32 1\n  ret void\n}"));
    assertTrue(reason.contains(":3:8: error: expected instruction opcode"), reason);
  }

  @Test
  void build_invalidModule_refusedByTheVerifier() throws Exception {
    String reason =
        refusal(
            Modules.request(
                Isa.AVX2,
                """
                define void @f(i1 %c) {
                  br i1 %c, label %a, label %b
                a:
                  %x = add i32 1, 2
                  br label %b
                b:
                  %y = add i32 %x, 1
                  ret void
                }
                """));
    assertTrue(reason.contains("Instruction does not dominate all uses"), reason);
  }

  @Test
  void build_writableStatic_refused() throws Exception {
    String reason =
        refusal(
            Modules.request(
                Isa.AVX2,
                """
                @counter = internal global i32 7
                define void @octune_run() nounwind {
                  %x = load i32, ptr @counter
                  %y = add i32 %x, 1
                  store i32 %y, ptr @counter
                  ret void
                }
                """));
    assertTrue(reason.contains(".data") && reason.contains("writable"), reason);
  }

  @Test
  void build_tooMuchStack_refusedWithFunction() throws Exception {
    String reason =
        refusal(
            Modules.request(
                Isa.AVX2,
                """
                declare void @llvm.memset.inline.p0.i64(ptr, i8, i64, i1)
                define void @octune_run(ptr %out, i64 %i) nounwind {
                  %big = alloca [20000 x i8]
                  call void @llvm.memset.inline.p0.i64(ptr %big, i8 1, i64 20000, i1 true)
                  %p = getelementptr i8, ptr %big, i64 %i
                  %v = load volatile i8, ptr %p
                  store i8 %v, ptr %out
                  ret void
                }
                """));
    assertTrue(reason.contains("stack frame size") && reason.contains("octune_run"), reason);
  }

  @Test
  void build_intrinsicThatTheTargetLacks_reasonFromLlvmAndNextBuildWorks() throws Exception {
    BuildResult<Image> result =
        builder.build(
            Modules.request(
                Isa.NEON,
                """
                declare <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(<4 x i32>, <16 x i8>, <16 x i8>)
                define void @octune_run(ptr %p) nounwind {
                  %a = load <16 x i8>, ptr %p
                  %d = call <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(
                    <4 x i32> zeroinitializer, <16 x i8> %a, <16 x i8> %a)
                  store <4 x i32> %d, ptr %p
                  ret void
                }
                """));
    String reason = assertInstanceOf(BuildResult.Died.class, result).reason();
    assertTrue(reason.contains("LLVM ERROR: Cannot select"), reason);
    assertTrue(reason.contains("SDOT") && reason.contains("In function: octune_run"), reason);
    assertStillWorks();
  }

  @Test
  void build_inlineAssembly_reasonFromLlvmAndNextBuildWorks() throws Exception {
    BuildResult<Image> result =
        builder.build(
            Modules.request(
                Isa.AVX2,
                """
                define void @octune_run() nounwind {
                  call void asm sideeffect "nonsense %xmm0", ""()
                  ret void
                }
                """));
    String reason = assertInstanceOf(BuildResult.Died.class, result).reason();
    assertTrue(reason.contains("Inline asm not supported"), reason);
    assertStillWorks();
  }

  @Test
  void build_childStopped_timedOutAndNextBuildWorks() throws Exception {
    Duration limit = Duration.ofMillis(1500);
    try (Builder impatient =
        Builder.start(Toolchain.locate(), new BuilderSettings(1, limit, Set.of()))) {
      built(impatient.build(Modules.adds42(Isa.AVX2)));
      stop(impatient.childPids().getFirst());
      assertEquals(
          new BuildResult.TimedOut<Image>(limit), impatient.build(Modules.adds42(Isa.AVX2)));
      built(impatient.build(Modules.adds42(Isa.AVX2)));
    }
  }

  @Test
  void build_childKilledBetweenBuilds_nobodyNotices() throws Exception {
    assertStillWorks();
    long pid = builder.childPids().getFirst();
    signal("KILL", pid);
    assertStillWorks();
    assertNotEquals(pid, builder.childPids().getFirst());
  }

  @Test
  void submit_childKilledWhileMuchIsQueued_allBuilt() throws Exception {
    List<CompletableFuture<BuildResult<Image>>> results = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      results.add(builder.submit(Modules.readsConstants(Isa.AVX2)));
    }
    results.get(10).get();
    signal("KILL", builder.childPids().getFirst());
    results.get(60).get();
    signal("KILL", builder.childPids().getFirst());
    for (CompletableFuture<BuildResult<Image>> result : results) {
      assertEquals(2, built(result.get()).entries().size());
    }
  }

  @Test
  void emit_objectThatNeedsALibrary_refused() throws Exception {
    BuildResult<byte[]> result =
        builder.emit(
            Modules.request(
                Isa.AVX2,
                """
                declare void @outside()
                define void @octune_run() nounwind {
                  call void @outside()
                  ret void
                }
                """),
            Output.OBJECT);
    String reason = assertInstanceOf(BuildResult.Refused.class, result).reason();
    assertTrue(reason.contains("undefined symbol outside"), reason);
  }

  @Test
  void build_twoChildrenManyCallers_allBuilt() throws Exception {
    try (Builder two =
        Builder.start(
            Toolchain.locate(), new BuilderSettings(2, BuilderSettings.DEFAULT_LIMIT, Set.of(0)))) {
      List<CompletableFuture<BuildResult<Image>>> results = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        results.add(
            two.submit(i % 2 == 0 ? Modules.adds42(Isa.NEON) : Modules.readsConstants(Isa.AVX2)));
      }
      for (int i = 0; i < 40; i++) {
        assertEquals(i % 2 == 0 ? 1 : 2, built(results.get(i).get()).entries().size());
      }
      assertEquals(2, two.childPids().size());
      for (long pid : two.childPids()) {
        String status = Files.readString(Path.of("/proc", Long.toString(pid), "status"));
        assertTrue(status.contains("Cpus_allowed_list:\t0\n"), status);
      }
    }
  }

  @Test
  void close_childRunning_childIsGoneAndBuildsEnd() throws Exception {
    Builder closing = Builder.start(Toolchain.locate(), BuilderSettings.one());
    built(closing.build(Modules.adds42(Isa.AVX2)));
    long pid = closing.childPids().getFirst();
    closing.close();
    ProcessHandle.of(pid).ifPresent(p -> p.onExit().join());
    assertEquals(
        new BuildResult.Unavailable<Image>("the builder was closed"),
        closing.build(Modules.adds42(Isa.AVX2)));
  }

  @Test
  void close_buildUnderWay_unavailableNotDied() throws Exception {
    Builder closing = Builder.start(Toolchain.locate(), BuilderSettings.one());
    built(closing.build(Modules.adds42(Isa.AVX2)));
    stop(closing.childPids().getFirst());
    CompletableFuture<BuildResult<Image>> underWay = closing.submit(Modules.adds42(Isa.AVX2));
    closing.close();
    assertEquals(new BuildResult.Unavailable<Image>("the builder was closed"), underWay.get());
  }

  @Test
  void build_libraryMissing_unavailableWithTheFile() throws Exception {
    BuilderMain.Arguments arguments =
        new BuilderMain.Arguments(
            Path.of("/nonexistent/libLLVM.so"), ProcessHandle.current().pid(), Set.of(), List.of());
    try (Builder helpless = new Builder(BuilderSettings.one(), arguments)) {
      String reason =
          assertInstanceOf(BuildResult.Unavailable.class, helpless.build(Modules.adds42(Isa.AVX2)))
              .reason();
      assertTrue(reason.contains("/nonexistent/libLLVM.so"), reason);
      assertTrue(reason.contains("Mend:"), reason);
    }
  }

  @Test
  void start_parentKilled_childIsGoneToo() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                BuilderParent.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var out = parent.inputReader(StandardCharsets.US_ASCII)) {
      ProcessHandle child = ProcessHandle.of(Long.parseLong(out.readLine())).orElseThrow();
      assertTrue(child.isAlive());
      signal("KILL", parent.pid());
      child.onExit().get(10, TimeUnit.SECONDS);
      assertFalse(child.isAlive());
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void emit_eachOutput_theFile() throws Exception {
    BuildRequest request = Modules.readsConstants(Isa.AVX2);
    assertEquals(
        "\u007fELF", new String(file(request, Output.OBJECT), 0, 4, StandardCharsets.ISO_8859_1));
    String assembly = new String(file(request, Output.ASSEMBLY), StandardCharsets.UTF_8);
    assertTrue(assembly.contains("octune_run:"), assembly);
    String ir = new String(file(request, Output.IR), StandardCharsets.UTF_8);
    assertTrue(ir.contains("define void @octune_run(ptr %out, i32 %index)"), ir);
  }

  private static byte[] file(BuildRequest request, Output output) throws InterruptedException {
    return switch (builder.emit(request, output)) {
      case BuildResult.Built<byte[]>(byte[] bytes, long _) -> bytes;
      case BuildResult<byte[]> other -> fail(other.toString());
    };
  }

  /** Stops all threads of a process; the signal alone only asks for it. */
  private static void stop(long pid) throws Exception {
    signal("STOP", pid);
    while (!allStopped(pid)) {
      Thread.sleep(1);
    }
  }

  private static boolean allStopped(long pid) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      for (Path thread : threads.toList()) {
        if (!Files.readString(thread.resolve("status")).contains("State:\tT")) {
          return false;
        }
      }
    }
    return true;
  }

  private static void signal(String name, long pid) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor());
  }
}
