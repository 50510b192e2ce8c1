package dev.octune.tuner.task;

/**
 * A layer with multiply-adds that gets no task.
 *
 * @param layer unique name, as in {@link TuningTask#layers}
 * @param op the file format's operator name, such as CONV_2D
 * @param reason why, in words for the network's author
 */
public record UncoveredLayer(String layer, String op, String reason) {}
