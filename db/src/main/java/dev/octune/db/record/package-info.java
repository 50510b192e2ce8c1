/**
 * The stored outcome of a trial, and of a confirmation. In: a candidate, its measurement, and the
 * session that asked for it. Out: {@link dev.octune.db.record.TuningRecord} and {@link
 * dev.octune.db.record.ConfirmedBest}, both complete: nothing about a figure is known only by the
 * program that measured it. Never: a figure without its samples, a failure without its reason.
 */
@NullMarked
package dev.octune.db.record;

import org.jspecify.annotations.NullMarked;
