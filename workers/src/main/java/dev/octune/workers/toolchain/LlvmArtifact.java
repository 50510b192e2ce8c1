package dev.octune.workers.toolchain;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The Maven artifact {@code org.bytedeco:llvm} on the class path. Thread-safe.
 *
 * @param version of the artifact: LLVM's own version, a dash, the packaging's version
 * @param platform as the artifact's classifier names it
 */
record LlvmArtifact(String version, String platform) {
  private static final int COPY_BYTES = 1 << 20; // few system calls for a file of 176 MB

  /** The artifact that the build pinned, for this machine. */
  static LlvmArtifact pinned() throws ToolchainException {
    Properties properties = new Properties();
    try (InputStream in = LlvmArtifact.class.getResourceAsStream("toolchain.properties")) {
      if (in == null) {
        throw new ToolchainException(
            "toolchain.properties is missing beside the toolchain's classes. Mend: build again.");
      }
      properties.load(in);
    } catch (ToolchainException e) {
      throw e;
    } catch (IOException e) {
      throw new ToolchainException("toolchain.properties cannot be read. Mend: build again.", e);
    }
    String arch = System.getProperty("os.arch", "");
    String platform =
        switch (arch) {
          case "amd64", "x86_64" -> "linux-x86_64";
          case "aarch64", "arm64" -> "linux-arm64";
          default ->
              throw new ToolchainException(
                  "no LLVM is packaged for os.arch '"
                      + arch
                      + "'. Mend: run Octune on x86-64 or AArch64 Linux and connect the device to"
                      + " it.");
        };
    return new LlvmArtifact(properties.getProperty("artifact.version", ""), platform);
  }

  /** LLVM's own version, such as 20.1.7. */
  String llvmVersion() {
    return version.split("-", 2)[0];
  }

  /** The suffix of LLVM's library names, such as 20.1. */
  String libraryVersion() {
    String llvm = llvmVersion();
    return llvm.substring(0, llvm.lastIndexOf('.'));
  }

  /** Writes one file of the artifact, its checksum compared, and tells its size in bytes. */
  long copy(String name, Path to) throws IOException {
    String resource = "org/bytedeco/llvm/" + platform + "/" + name;
    @Nullable URL url = LlvmArtifact.class.getClassLoader().getResource(resource);
    if (url == null || !(url.openConnection() instanceof JarURLConnection connection)) {
      throw new ToolchainException(
          "%s is not on the class path. Mend: add the jar org.bytedeco:llvm:%s with classifier %s."
              .formatted(resource, version, platform));
    }
    connection.setUseCaches(false);
    JarEntry entry = connection.getJarEntry();
    CRC32 crc = new CRC32();
    long bytes = 0;
    try (InputStream in = new CheckedInputStream(connection.getInputStream(), crc);
        OutputStream out = Files.newOutputStream(to)) {
      byte[] buffer = new byte[COPY_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        bytes += n;
      }
    }
    if (bytes != entry.getSize() || crc.getValue() != entry.getCrc()) {
      throw new ToolchainException(
          "%s in %s is damaged. Mend: delete that jar and build again."
              .formatted(resource, connection.getJarFileURL().getPath()));
    }
    return bytes;
  }
}
