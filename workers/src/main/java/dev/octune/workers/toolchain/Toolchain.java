package dev.octune.workers.toolchain;

import dev.octune.kernels.target.Arch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * LLVM's library and programs as files, unpacked once from the artifact on the class path into
 * {@code octune/llvm-VERSION-PLATFORM} of the user's cache folder, or of a private folder under
 * java.io.tmpdir where that cannot be written. Only what is asked for is unpacked. Safe among
 * threads and processes.
 */
public final class Toolchain {
  private static final String PROGRAM = "rwxr-xr-x";
  private static final String LIBRARY = "rw-r--r--";

  private final LlvmArtifact artifact;
  private final Path cache;
  private final Path folder;

  private Toolchain(LlvmArtifact artifact, Path cache) {
    this.artifact = artifact;
    this.cache = cache;
    this.folder = cache.resolve("llvm-" + artifact.version() + "-" + artifact.platform());
  }

  /**
   * Finds libLLVM, unpacking it where it was not yet (about a second).
   *
   * @throws ToolchainException where no folder holds it or takes it
   */
  public static Toolchain locate() throws ToolchainException {
    return locate(
        LlvmArtifact.pinned(),
        CacheFolders.of(
            System.getenv(),
            System.getProperty("user.home", ""),
            System.getProperty("java.io.tmpdir", "/tmp"),
            System.getProperty("user.name", "nobody")));
  }

  static Toolchain locate(LlvmArtifact artifact, List<Path> cacheFolders)
      throws ToolchainException {
    List<Toolchain> places =
        cacheFolders.stream().map(cache -> new Toolchain(artifact, cache)).toList();
    List<String> problems = new ArrayList<>();
    // A folder that holds the library will do, even if it can no longer be written.
    for (Toolchain place : places) {
      try {
        if (place.holds(place.libLlvmName())) {
          CacheFolders.refuseForeign(place.cache);
          return place;
        }
      } catch (IOException e) {
        problems.add(place.folder + ": " + e);
      }
    }
    for (Toolchain place : places) {
      try {
        CacheFolders.create(place.cache);
        Files.createDirectories(place.folder);
        place.unpack("libLLVM.so", place.libLlvmName(), LIBRARY);
        return place;
      } catch (ToolchainException e) {
        throw e;
      } catch (IOException e) {
        problems.add(place.folder + ": " + e);
      }
    }
    throw new ToolchainException(
        "libLLVM %s (180 MB) cannot be unpacked: %s. Mend: set XDG_CACHE_HOME to a folder of yours that can be written and has room."
            .formatted(artifact.llvmVersion(), String.join("; ", problems)));
  }

  /** The shared library. */
  public Path libLlvm() {
    return folder.resolve(libLlvmName());
  }

  /**
   * What compiles here, as records and {@code octune doctor} say it, such as {@code LLVM 20.1.7}.
   */
  public String describe() {
    return "LLVM " + artifact.llvmVersion();
  }

  /**
   * Compiles the native runner, one C file that uses neither headers nor libraries, to a static
   * program; at once where that was done before.
   *
   * @param cSource the whole C file
   * @return the program's file, executable
   * @throws ToolchainException where the source does not compile (the message holds clang's words)
   *     or the folder does not take the program
   */
  public Path compileRunner(Arch arch, String cSource) throws ToolchainException {
    RunnerProgram program = new RunnerProgram(arch, cSource);
    Path binary = folder.resolve(program.fileName(artifact.version()));
    if (Files.isExecutable(binary)) {
      return binary;
    }
    try {
      unpack("libclang-cpp.so", "libclang-cpp.so." + artifact.libraryVersion(), LIBRARY);
      unpack("clang", "clang", PROGRAM);
      // Under this name, and beside clang, lld is what clang calls and lld links ELF.
      unpack("lld", "ld.lld", PROGRAM);
      try (Partial partial = Partial.of(binary)) {
        program.compile(folder.resolve("clang"), partial.path());
        partial.publish(PROGRAM);
      }
    } catch (ToolchainException e) {
      throw e;
    } catch (IOException e) {
      throw new ToolchainException(
          "the runner for %s cannot be compiled in %s: %s. Mend: make that folder writable with 150 MB of room, or set XDG_CACHE_HOME."
              .formatted(arch.text(), folder, e),
          e);
    }
    return binary;
  }

  private String libLlvmName() {
    return "libLLVM.so." + artifact.libraryVersion();
  }

  private void unpack(String entry, String name, String permissions) throws IOException {
    if (holds(name)) {
      return;
    }
    try (Partial partial = Partial.of(folder.resolve(name))) {
      long bytes = artifact.copy(entry, partial.path());
      partial.publish(permissions);
      try (Partial size = Partial.of(sizeFile(name))) {
        Files.writeString(size.path(), Long.toString(bytes), StandardCharsets.US_ASCII);
        size.publish(LIBRARY);
      }
    }
  }

  /** True where the file is there in the size it was unpacked with: not cut, not half restored. */
  private boolean holds(String name) throws IOException {
    try {
      long bytes = Files.size(folder.resolve(name));
      return Files.readString(sizeFile(name), StandardCharsets.US_ASCII)
          .equals(Long.toString(bytes));
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  private Path sizeFile(String name) {
    return folder.resolve(name + ".size");
  }
}
