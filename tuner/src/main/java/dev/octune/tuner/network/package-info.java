/**
 * Network lists: the workloads of a network with their use counts, written down from a paper. In: a
 * text file. Out: its workloads in the file's order, or every problem of the file at once. Never:
 * model files, targets, measurements.
 */
@NullMarked
package dev.octune.tuner.network;

import org.jspecify.annotations.NullMarked;
