/**
 * One tuning job from first proposal to confirmed best: a pure state machine and the loop that
 * gives it hands. In: tasks with their spaces and what the database knows, a budget, then events.
 * Out: effects (measure, store, confirm) and, at the end, a {@link dev.octune.tuner.job.JobResult}.
 * Never: in the machine itself no clock, thread, file or device; time comes in with each event.
 */
@NullMarked
package dev.octune.tuner.job;

import org.jspecify.annotations.NullMarked;
