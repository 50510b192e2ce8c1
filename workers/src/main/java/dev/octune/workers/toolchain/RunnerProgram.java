package dev.octune.workers.toolchain;

import dev.octune.kernels.target.Arch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One C file, freestanding, on its way to a static program. */
record RunnerProgram(Arch arch, String cSource) {
  /** Takes 0.1 s; a machine that swaps may need long. */
  private static final int COMPILE_LIMIT_SECONDS = 60;

  /** Clang's words beyond this many characters add nothing to the first errors. */
  private static final int MAX_MESSAGE_CHARS = 4000;

  private static final int NAME_HASH_CHARS = 16;

  private static final List<String> FLAGS =
      List.of(
          "-std=gnu17",
          "-O2",
          "-ffreestanding",
          "-fno-stack-protector",
          "-fno-asynchronous-unwind-tables",
          "-fomit-frame-pointer",
          "-fno-pic",
          "-Wall",
          "-Wextra",
          "-Werror",
          "-nostdlib",
          "-nostdinc",
          "-static",
          "-fuse-ld=lld",
          "-Wl,--build-id=none,--gc-sections,--strip-all,-z,noexecstack");

  /** Names source, flags and compiler: another one of them is another file. */
  String fileName(String compilerVersion) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part : List.of(compilerVersion, String.join(" ", flags()), cSource)) {
        sha.update(part.getBytes(StandardCharsets.UTF_8));
        sha.update((byte) 0);
      }
      return "runner-%s-%s"
          .formatted(
              arch.text(), HexFormat.of().formatHex(sha.digest()).substring(0, NAME_HASH_CHARS));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  void compile(Path clang, Path to) throws IOException {
    Path log = Files.createTempFile(to.getParent(), "clang", Partial.SUFFIX);
    try {
      List<String> command = new ArrayList<>(List.of(clang.toString()));
      command.addAll(flags());
      command.addAll(List.of("-x", "c", "-", "-o", to.toString()));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(cSource.getBytes(StandardCharsets.UTF_8));
      }
      if (!process.waitFor(COMPILE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new ToolchainException(
            "clang did not compile the runner within %d s. Mend: try again with the machine less busy."
                .formatted(COMPILE_LIMIT_SECONDS));
      }
      if (process.exitValue() != 0) {
        String words = Files.readString(log);
        throw new ToolchainException(
            "clang ended with %d on the runner for %s: %s. Mend: correct the runner's source, or see what keeps %s from running."
                .formatted(
                    process.exitValue(),
                    arch.text(),
                    words.substring(0, Math.min(words.length(), MAX_MESSAGE_CHARS)).strip(),
                    clang));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ToolchainException("compiling the runner was interrupted", e);
    } finally {
      Files.deleteIfExists(log);
    }
  }

  private List<String> flags() {
    List<String> flags = new ArrayList<>(List.of("--target=" + arch.llvmTriple()));
    flags.addAll(FLAGS);
    if (arch == Arch.AARCH64) {
      // The out-of-line atomics live in a library that is not linked.
      flags.add("-mno-outline-atomics");
    }
    return flags;
  }
}
