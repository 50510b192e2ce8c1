package dev.octune.workers.run;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What kept a kernel from doing harm, and its times from being random.
 *
 * @param inForce what the runner saw granted
 * @param missing every other protection, and why it is not there
 */
public record Sandbox(Set<Protection> inForce, Map<Protection, String> missing) {
  public Sandbox {
    inForce = Collections.unmodifiableSet(copy(inForce));
    missing = Collections.unmodifiableMap(copy(missing));
    Set<Protection> all = copy(inForce);
    all.addAll(missing.keySet());
    if (all.size() != Protection.values().length || inForce.size() + missing.size() != all.size()) {
      throw new IllegalArgumentException(
          "each protection is in force or missing: %s, %s".formatted(inForce, missing));
    }
  }

  /**
   * From the runner's words.
   *
   * @param bits one for each protection in force
   * @param errnos why the system refused the others; 0 where it was not asked
   */
  static Sandbox of(long bits, long[] errnos) {
    Set<Protection> inForce = EnumSet.noneOf(Protection.class);
    Map<Protection, String> missing = new EnumMap<>(Protection.class);
    for (Protection protection : Protection.values()) {
      if ((bits >>> protection.number & 1) != 0) {
        inForce.add(protection);
      } else {
        long errno = errnos[protection.number];
        missing.put(protection, errno == 0 ? protection.unasked : reason(errno));
      }
    }
    return new Sandbox(inForce, missing);
  }

  /** What was in force both times. */
  public Sandbox and(Sandbox other) {
    Map<Protection, String> eitherMissing = copy(other.missing);
    eitherMissing.putAll(missing);
    Set<Protection> both = copy(inForce);
    both.retainAll(other.inForce);
    return new Sandbox(both, eitherMissing);
  }

  private static Set<Protection> copy(Set<Protection> some) {
    return some.isEmpty() ? EnumSet.noneOf(Protection.class) : EnumSet.copyOf(some);
  }

  private static Map<Protection, String> copy(Map<Protection, String> some) {
    Map<Protection, String> copy = new EnumMap<>(Protection.class);
    copy.putAll(some);
    return copy;
  }

  private static String reason(long errno) {
    return switch ((int) errno) {
      case 1 -> "the system does not permit it (errno 1)";
      case 22 -> "the system does not know it, or not for this process (errno 22)";
      case 28 -> "the system allows no more of it (errno 28)";
      case 38 -> "the system does not have it (errno 38)";
      default -> "the system refuses it (errno " + errno + ")";
    };
  }

  /** One measure. */
  public enum Protection {
    /** Nothing that is started gains rights. */
    NO_NEW_PRIVS(0, "no_new_privs", "not granted"),
    /** System calls for memory, clocks and the end only. */
    SECCOMP(1, "seccomp", "not granted"),
    /** Bounds on time, memory, threads; no file is written, no core. */
    LIMITS(2, "rlimits", "not granted"),
    /** Killed with the process that started it. */
    DIES_WITH_PARENT(3, "pdeathsig", "not granted"),
    /** Stays on the CPUs that measure. */
    PINNED(4, "pinned", "no CPUs were given"),
    /** Operands lie in huge pages. */
    HUGE_PAGES(5, "huge_pages", "the system gave none, or nothing was timed"),
    /** In a network namespace of its own, with nothing in it. */
    NO_NETWORK(6, "no_network", "granted, but the network is still there"),
    /** Runs as a user that owns none of the files of whoever started it. */
    OTHER_USER(7, "other_user", "not asked for: --runner-user"),
    /** Without any of root's rights but to root's files. */
    NO_CAPABILITIES(8, "no_capabilities", "not granted");

    private final int number;
    private final String text;
    private final String unasked;

    /**
     * @param number protocol.h's
     * @param unasked why it is not there where the system gave no errno
     */
    Protection(int number, String text, String unasked) {
      this.number = number;
      this.text = text;
      this.unasked = unasked;
    }

    public String text() {
      return text;
    }
  }
}
