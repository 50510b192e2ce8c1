package dev.octune.workers.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.workers.run.Sandbox.Protection;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SandboxTest {
  private static final long[] NO_ERRNO = new long[Protection.values().length];
  private static final long ALL = (1L << Protection.values().length) - 1;

  @Test
  void of_allOrNothing_isTold() {
    Sandbox all = Sandbox.of(ALL, NO_ERRNO);
    assertEquals(EnumSet.allOf(Protection.class), all.inForce());
    assertEquals(Map.of(), all.missing());
    Sandbox none = Sandbox.of(0, NO_ERRNO);
    assertEquals(Set.of(), none.inForce());
    assertEquals(EnumSet.allOf(Protection.class), none.missing().keySet());
    assertEquals(all, all.and(all));
    assertEquals(none, all.and(none));
    assertEquals(none, none.and(all));
  }

  @Test
  void of_errno_saysWhy() {
    long[] errnos = NO_ERRNO.clone();
    errnos[1] = 22;
    Sandbox sandbox = Sandbox.of(ALL & ~2, errnos);
    assertEquals(Set.of(Protection.SECCOMP), sandbox.missing().keySet());
    String why = String.valueOf(sandbox.missing().get(Protection.SECCOMP));
    assertTrue(why.contains("errno 22"), why);
  }

  @Test
  void protection_inForceAndMissing_orNeither_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Sandbox(Set.of(), Map.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Sandbox(EnumSet.allOf(Protection.class), Map.of(Protection.SECCOMP, "no")));
  }
}
