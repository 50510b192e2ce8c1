package dev.octune.workers.exact;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.octune.workers.run.Connection;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Processors that qemu stands in for. */
public final class Emulator {
  private Emulator() {}

  /**
   * An AArch64 core, {@code max} for one with every extension; the test is skipped without qemu.
   */
  public static Connection aarch64(String core) {
    Optional<Path> qemu =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
            .flatMap(
                folder -> Stream.of("/qemu-aarch64", "/qemu-aarch64-static").map(folder::concat))
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(qemu.isPresent(), "no qemu-aarch64 in PATH. Mend: install Debian's qemu-user");
    return Connection.parse(qemu.orElseThrow() + " -cpu " + core);
  }
}
