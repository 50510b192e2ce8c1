/**
 * What to try next in one task's config space. In: a {@link dev.octune.tuner.search.SearchTask}, a
 * seed, and {@link dev.octune.tuner.search.Observation}s in candidate order. Out: schedules of the
 * space, each at most once. Never: clock, files, devices, unseeded randomness; the same seed and
 * the same observations give the same proposals, byte for byte.
 */
@NullMarked
package dev.octune.tuner.search;

import org.jspecify.annotations.NullMarked;
