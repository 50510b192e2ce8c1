/**
 * The tuning database: every trial durable, the confirmed bests served. In: {@link
 * dev.octune.db.record.TuningRecord} and {@link dev.octune.db.record.ConfirmedBest}. Out: the same,
 * streamed, and {@link dev.octune.db.match.LookupResult}. {@link dev.octune.db.TuningDb} is the
 * entry; H2 is known in this room only. Never: a decision about what to try or to measure.
 */
@NullMarked
package dev.octune.db;

import org.jspecify.annotations.NullMarked;
