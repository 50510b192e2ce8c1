/**
 * Benchmarks that users run again, behind the hidden command {@code octune load}. In: a seed and
 * sizes, a database or a service. Out: figures of this machine. Never: a figure that was not
 * measured now; a part of the service itself.
 */
@NullMarked
package dev.octune.tuner.load;

import org.jspecify.annotations.NullMarked;
