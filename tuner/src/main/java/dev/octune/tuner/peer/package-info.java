/**
 * Our kernels beside those of other libraries. In: workloads, contenders that are ready to run.
 * Out: times taken in turns in one process, and how many outputs of each were wrong. Never:
 * compiling, tuning, or a word about how a library is called: that is the peer's own module, which
 * the program finds on its class path only where it was started for it.
 */
@NullMarked
package dev.octune.tuner.peer;

import org.jspecify.annotations.NullMarked;
