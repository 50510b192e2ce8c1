package dev.octune.workers.local;

/**
 * Times of one unchanging kernel over the life of a device, nanoseconds a call: how far the
 * machine's own speed moved meanwhile.
 */
public record Drift(
    int readings, double firstNanos, double lastNanos, double leastNanos, double mostNanos) {}
