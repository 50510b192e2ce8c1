/**
 * What the service knows, over HTTP: look-ups from memory, records in and out, tuned kernels as
 * object files. In: requests that {@code tuner.http} has let in, the index of confirmed bests, the
 * database. Out: answers with their entity tags; a job where somebody waits for what nobody has
 * measured. Never: the disk for a look-up, work on an event loop that takes more than microseconds.
 */
@NullMarked
package dev.octune.tuner.lookup;

import org.jspecify.annotations.NullMarked;
