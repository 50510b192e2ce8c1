package dev.octune.rpc.tracker;

/**
 * Hears what happens to workers. Called on event loops, of several sessions at once; must not
 * block.
 */
@FunctionalInterface
public interface TrackerListener {
  void on(TrackerEvent event);
}
