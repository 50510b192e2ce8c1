package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServiceFolderTest {
  @TempDir private Path folder;

  @Test
  void create_missingFolder_isForItsOwnerOnly() throws IOException {
    Path data = folder.resolve("data");
    new ServiceFolder(data).create();
    assertEquals("rwx------", permissions(data));
  }

  @Test
  void create_folderOpenToOthers_isClosedToThem() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    new ServiceFolder(data).create();
    assertEquals("rwxr-x---", permissions(data));
    new ServiceFolder(data).create();
    assertEquals("rwxr-x---", permissions(data));
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
