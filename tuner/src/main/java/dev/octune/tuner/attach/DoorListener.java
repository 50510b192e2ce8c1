package dev.octune.tuner.attach;

import dev.octune.rpc.tracker.Caller;

/** Told which workers come and which are refused; must return at once. */
public interface DoorListener {
  /** A worker is attached. */
  void cameIn(Caller caller, String worker, int devices);

  /**
   * A call or an enrolment was refused; anybody can cause this at any rate.
   *
   * @param worker the name it gave itself; empty where it was not asked
   */
  void refused(Caller caller, String worker, String reason);
}
