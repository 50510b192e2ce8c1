/**
 * The program's main room: one class per command of {@code octune}, and the one place where tuner,
 * database and workers are wired together. In: the command line. Out: text on stdout, progress and
 * errors on stderr, an exit code (0 done, 1 the work failed, 2 wrong use or unreadable input).
 * Never: decisions of the search or the formats of others.
 */
@NullMarked
package dev.octune.tuner.cli;

import org.jspecify.annotations.NullMarked;
