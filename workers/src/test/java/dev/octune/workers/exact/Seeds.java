package dev.octune.workers.exact;

/** The seed and the size of a run, from system properties. */
final class Seeds {
  private Seeds() {}

  /** A fresh one unless given: each run of the suite proves other candidates. */
  static long exact() {
    Long given = Long.getLong("octune.exact.seed");
    return given != null ? given : System.nanoTime();
  }

  static int workloads(int usual) {
    return Integer.getInteger("octune.exact.workloads", usual);
  }
}
