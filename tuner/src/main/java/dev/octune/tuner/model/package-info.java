/**
 * The cost model: which of many schedules will be fast. In: rows of features with what was measured
 * of them. Out: a score per row, higher for faster, comparable within one task only. Never: the
 * caller's threads (the native library has one of its own), CPUs it was not given, files.
 */
@NullMarked
package dev.octune.tuner.model;

import org.jspecify.annotations.NullMarked;
