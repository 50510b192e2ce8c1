/**
 * Which task of a network gets the next batch of trials. In: each task's {@link
 * dev.octune.tuner.schedule.TaskProgress} and the run's budget. Out: a {@link
 * dev.octune.tuner.schedule.Turn}. Never: clock, randomness, schedules.
 */
@NullMarked
package dev.octune.tuner.schedule;

import org.jspecify.annotations.NullMarked;
