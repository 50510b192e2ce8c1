package dev.octune.tuner.cli;

import dev.octune.rpc.tracker.Caller;
import dev.octune.tuner.access.DoorLog;
import dev.octune.tuner.attach.DoorListener;

/** Writes down which workers came and which were refused. Thread-safe. */
final class WorkerDoor implements DoorListener {
  private final DoorLog log;

  WorkerDoor(DoorLog log) {
    this.log = log;
  }

  @Override
  public void cameIn(Caller caller, String worker, int devices) {
    // Each worker by itself: a rack that starts is no attack.
    log.knocked(
        caller.tokenId() + " " + worker,
        caller.principal(),
        caller.tokenId(),
        "worker.attach",
        worker,
        "%d devices, from %s".formatted(devices, caller.peer()));
  }

  @Override
  public void refused(Caller caller, String worker, String reason) {
    boolean known = !caller.tokenId().isEmpty();
    log.knocked(
        known ? caller.tokenId() : host(caller.peer()),
        known ? caller.principal() : host(caller.peer()),
        caller.tokenId(),
        "worker.refused",
        worker,
        "%s, from %s".formatted(reason, caller.peer()));
  }

  /** An address without its port, which each attempt changes. */
  private static String host(String peer) {
    int colon = peer.lastIndexOf(':');
    return colon < 0 ? peer : peer.substring(0, colon);
  }
}
