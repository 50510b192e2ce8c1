package dev.octune.workers.toolchain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.target.Arch;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ToolchainIT {
  private static final String EXITS_WITH_7 =
      """
      #if defined(__x86_64__)
      void _start(void) { __asm__ volatile("syscall" : : "a"(231), "D"(7)); }
      #else
      void _start(void) {
        register long x0 __asm__("x0") = 7;
        register long x8 __asm__("x8") = 94;
        __asm__ volatile("svc 0" : : "r"(x0), "r"(x8));
      }
      #endif
      """;

  @TempDir Path tmp;

  private static Toolchain locate(Path... caches) throws ToolchainException {
    return Toolchain.locate(LlvmArtifact.pinned(), List.of(caches));
  }

  private static List<String> filesBeside(Path file) throws IOException {
    try (Stream<Path> files = Files.list(file.resolveSibling(""))) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void locate_emptyCache_onlyTheLibraryIsUnpackedAndFoundAgain() throws Exception {
    Toolchain first = locate(tmp.resolve("octune"));
    assertEquals(List.of("libLLVM.so.20.1", "libLLVM.so.20.1.size"), filesBeside(first.libLlvm()));
    var unpackedAt = Files.getLastModifiedTime(first.libLlvm());
    assertEquals(first.libLlvm(), locate(tmp.resolve("octune")).libLlvm());
    assertEquals(unpackedAt, Files.getLastModifiedTime(first.libLlvm()));
    assertEquals("LLVM 20.1.7", first.describe());
  }

  @Test
  void locate_tornLibrary_unpackedAgain() throws Exception {
    Path library = locate(tmp.resolve("octune")).libLlvm();
    long bytes = Files.size(library);
    try (FileChannel channel = FileChannel.open(library, StandardOpenOption.WRITE)) {
      channel.truncate(bytes / 2);
    }
    locate(tmp.resolve("octune"));
    assertEquals(bytes, Files.size(library));
  }

  @Test
  void locate_twoAtOnce_bothFindItWhole() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<Toolchain>> found = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        found.add(threads.submit(() -> locate(tmp.resolve("octune"))));
      }
      for (Future<Toolchain> one : found) {
        assertTrue(Files.size(one.get().libLlvm()) > 100_000_000);
      }
    }
    assertEquals(
        List.of("libLLVM.so.20.1", "libLLVM.so.20.1.size"),
        filesBeside(locate(tmp.resolve("octune")).libLlvm()));
  }

  @Test
  void locate_firstFolderIsAFile_theNextOneIsTaken() throws Exception {
    Path file = Files.createFile(tmp.resolve("file"));
    Path library = locate(file.resolve("octune"), tmp.resolve("octune")).libLlvm();
    assertTrue(library.startsWith(tmp.resolve("octune")), library.toString());
  }

  @Test
  void locate_noFolderTakesIt_errorNamesFoldersAndMend() throws Exception {
    Path file = Files.createFile(tmp.resolve("file"));
    String message =
        assertThrows(ToolchainException.class, () -> locate(file.resolve("octune"))).toString();
    assertTrue(message.contains(file.toString()), message);
    assertTrue(message.contains("Mend: set XDG_CACHE_HOME"), message);
  }

  @Test
  void locate_folderThatOthersCanWrite_notTrusted() throws Exception {
    Path open = Files.createDirectory(tmp.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThrows(ToolchainException.class, () -> locate(open));
  }

  @Test
  void cacheFolders_environments_xdgThenTmp() {
    assertEquals(
        List.of(Path.of("/x/octune"), Path.of("/tmp/octune-me")),
        CacheFolders.of(Map.of("XDG_CACHE_HOME", "/x"), "/home/me", "/tmp", "me"));
    assertEquals(
        List.of(Path.of("/home/me/.cache/octune"), Path.of("/tmp/octune-a_b")),
        CacheFolders.of(Map.of("XDG_CACHE_HOME", "relative"), "/home/me", "/tmp", "a/b"));
    assertEquals(List.of(Path.of("/tmp/octune-me")), CacheFolders.of(Map.of(), "?", "/tmp", "me"));
  }

  @Test
  void compileRunner_bothArchitectures_staticProgramsMadeOnce() throws Exception {
    Toolchain toolchain = Toolchain.locate();
    Path program = toolchain.compileRunner(Arch.X86_64, EXITS_WITH_7);
    assertEquals(7, new ProcessBuilder(program.toString()).start().waitFor());
    var madeAt = Files.getLastModifiedTime(program);
    assertEquals(program, toolchain.compileRunner(Arch.X86_64, EXITS_WITH_7));
    assertEquals(madeAt, Files.getLastModifiedTime(program));
    Path arm = toolchain.compileRunner(Arch.AARCH64, EXITS_WITH_7);
    assertNotEquals(program, arm);
    int machine = Files.readAllBytes(arm)[18] & 0xff;
    assertEquals(183, machine, "e_machine of AArch64");
  }

  @Test
  void compileRunner_badSource_errorHoldsClangsWords() throws Exception {
    Toolchain toolchain = Toolchain.locate();
    String message =
        assertThrows(
                ToolchainException.class,
                () -> toolchain.compileRunner(Arch.X86_64, "void _start(void) { nonsense; }"))
            .toString();
    assertTrue(message.contains("undeclared identifier 'nonsense'"), message);
  }
}
