/**
 * The log of the service and of workers: one line an event on stderr, {@code time level event
 * key=value …}. In: SLF4J calls of every room. Out: lines that no value can break in two. Never:
 * files, rotation, what commands print for people.
 */
@NullMarked
package dev.octune.tuner.log;

import org.jspecify.annotations.NullMarked;
