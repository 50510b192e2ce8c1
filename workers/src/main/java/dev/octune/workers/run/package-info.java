/**
 * Runs kernels where they may do no harm. In: machine code with its entries, a {@link
 * dev.octune.workers.run.Problem} with the oracle's answers, a plan. Out: a {@link
 * dev.octune.workers.run.Verdict}: exact on every fill and how fast, or what went wrong and where.
 * The native runner (resources beside this package) does the work; this side starts it, through a
 * pipe, an emulator or a remote shell, and speaks to it. Never: templates, compiling, choosing what
 * to run, times of an emulated processor.
 */
@NullMarked
package dev.octune.workers.run;

import org.jspecify.annotations.NullMarked;
