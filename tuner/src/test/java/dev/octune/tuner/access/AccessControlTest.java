package dev.octune.tuner.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.text.TextException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AccessControlTest {
  @TempDir private Path folder;

  private AccessControl open() {
    return AccessControl.open(folder, new SecureRandom(), InstantSource.system());
  }

  @Test
  void firstStart_writesAnAdminToken_forItsOwnerOnly() throws IOException {
    AccessControl control = open();
    Path file = folder.resolve(AccessControl.ADMIN_TOKEN_FILE);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    Principal admin = control.principal(Files.readString(file).strip()).orElseThrow();
    assertTrue(EnumSet.allOf(Role.class).stream().allMatch(admin::may));
    assertEquals(1, control.list().size());
  }

  @Test
  void secrets_areNowhereOnDisk_butTheFirst() throws IOException {
    AccessControl control = open();
    String secret = control.create("ci", Set.of(Role.SUBMIT), 1).secret();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        assertFalse(Files.readString(file).contains(secret.substring(10)), file.toString());
      }
    }
    Path tokens = folder.resolve("tokens.json");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(tokens)));
    assertFalse(
        Files.readString(tokens)
            .contains(Files.readString(folder.resolve(AccessControl.ADMIN_TOKEN_FILE)).strip()));
  }

  @Test
  void tokens_holdOverARestart_andRevokedOnesDoNot() {
    AccessControl before = open();
    AccessControl.NewToken kept = before.create("sue", Set.of(Role.SUBMIT, Role.MEASURE), 2.5);
    AccessControl.NewToken gone = before.create("tom", Set.of(Role.READ), 1);
    assertTrue(before.revoke(gone.principal().tokenId()));
    assertFalse(before.revoke(gone.principal().tokenId()));
    AccessControl after = open();
    assertEquals(kept.principal(), after.principal(kept.secret()).orElseThrow());
    assertTrue(after.principal(gone.secret()).isEmpty());
    assertEquals(before.list(), after.list());
  }

  @Test
  void otherTexts_openNothing() {
    AccessControl control = open();
    String secret = control.create("sue", Set.of(Role.READ), 1).secret();
    for (String other :
        new String[] {
          "",
          "octune_",
          secret.substring(1),
          secret + "A",
          secret.toUpperCase(java.util.Locale.ROOT),
          "x".repeat(1 << 20)
        }) {
      assertTrue(control.principal(other).isEmpty());
    }
  }

  @Test
  void secrets_differ() {
    AccessControl control = open();
    Set<String> secrets = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      secrets.add(control.create("p" + i, Set.of(Role.READ), 1).secret());
    }
    assertEquals(100, secrets.size());
  }

  @Test
  void roles_openEachWhatTheySay() {
    assertTrue(Role.SUBMIT.opens(Role.READ));
    assertFalse(Role.READ.opens(Role.SUBMIT));
    assertFalse(Role.MEASURE.opens(Role.READ));
    assertFalse(Role.SUBMIT.opens(Role.MEASURE));
    assertFalse(Role.SUBMIT.opens(Role.ADMIN));
  }

  @Test
  void principal_thatIsNone_isRefused() {
    AccessControl control = open();
    assertThrows(TextException.class, () -> control.create("a b", Set.of(Role.READ), 1));
    assertThrows(TextException.class, () -> control.create("a", Set.of(), 1));
    assertThrows(TextException.class, () -> control.create("a", Set.of(Role.READ), 0));
    assertThrows(TextException.class, () -> control.create("a", Set.of(Role.READ), Double.NaN));
  }

  @Test
  void damagedFile_isRefusedWithAMend() throws IOException {
    var _ = open();
    Files.writeString(folder.resolve("tokens.json"), "{\"schema_version\":1,\"tokens\":[{");
    AccessException refused = assertThrows(AccessException.class, this::open);
    assertTrue(String.valueOf(refused.getMessage()).contains("Mend:"), refused.getMessage());
    Files.writeString(folder.resolve("tokens.json"), "{\"schema_version\":9,\"tokens\":[]}");
    assertThrows(AccessException.class, this::open);
  }

  @Test
  void crashBeforeTheFirstTokenIsKept_isHealed() throws IOException {
    Files.writeString(folder.resolve(AccessControl.ADMIN_TOKEN_FILE), "octune_never-kept\n");
    AccessControl control = open();
    assertTrue(
        control
            .principal(Files.readString(folder.resolve(AccessControl.ADMIN_TOKEN_FILE)).strip())
            .isPresent());
  }

  @Test
  void auditLog_isOnlyAppendedTo_alsoBehindATornLine() throws IOException {
    try (AuditLog log = AuditLog.open(folder, InstantSource.system())) {
      log.write("sue", "1f", "job.submit", "job-1 \"x\"\n", "queued");
    }
    Path file = folder.resolve("audit.jsonl");
    Files.writeString(file, "{\"at\":\"2026", StandardOpenOption.APPEND);
    try (AuditLog log = AuditLog.open(folder, InstantSource.system())) {
      log.write("127.0.0.1", "", "worker.enrol", "w1", "refused");
    }
    assertEquals(3, Files.readAllLines(file).size());
    assertTrue(Files.readAllLines(file).get(0).contains("\\\"x\\\"\\n"));
    assertTrue(Files.readAllLines(file).get(2).startsWith("{\"at\""));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }
}
