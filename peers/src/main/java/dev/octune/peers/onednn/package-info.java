/**
 * oneDNN as a peer, through its C API. In: a workload with plain operands. Out: a primitive that
 * runs on operands in the layouts it asked for. Never: the bytedeco binding; only the native files
 * of its artifact are used.
 */
@NullMarked
package dev.octune.peers.onednn;

import org.jspecify.annotations.NullMarked;
