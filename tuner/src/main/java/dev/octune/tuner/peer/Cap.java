package dev.octune.tuner.peer;

/** What keeps a kernel to the target's instructions. */
public enum Cap {
  /** It uses none that the target lacks. */
  KEPT(""),
  /**
   * It multiplies as it would on the target, perhaps in wider registers: at least as fast as there,
   * so that to be ahead of it is to be ahead there.
   */
  WIDER(" (perhaps wider)"),
  /** It takes whatever this machine offers: shown, not compared. */
  UNCAPPED(" (uncapped)");

  private final String note;

  Cap(String note) {
    this.note = note;
  }

  /** Behind a name, for people. */
  public String note() {
    return note;
  }
}
