package dev.octune.tuner.schedule;

/**
 * The next batch: this many trials of this task.
 *
 * @param task index in the list of tasks
 * @param trials at least 1
 */
public record Turn(int task, int trials) {}
