/**
 * Length-framed messages over a pair of byte streams. In: a type and payload bytes. Out: the same
 * at the other end, whole or not at all. Never: what a payload means, threads, timeouts, processes.
 */
@NullMarked
package dev.octune.rpc.frame;

import org.jspecify.annotations.NullMarked;
