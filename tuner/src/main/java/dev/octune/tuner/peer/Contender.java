package dev.octune.tuner.peer;

/**
 * A kernel with its operands in place, weights packed, ready to run again and again. Confined to
 * the measuring thread.
 */
public interface Contender extends AutoCloseable {
  /** What runs inside, as its library calls it; for people. */
  String kernel();

  /**
   * Runs so many times in a row and tells the nanoseconds of all of them together, without what the
   * call from Java costs where that would be more than a few nanoseconds a run.
   */
  long nanosOf(int runs);

  /**
   * Outputs of the last run that differ from what these exact sums would give.
   *
   * @param sums plain output of the workload by the oracle
   */
  long wrongOutputs(int[] sums);

  @Override
  void close();
}
