/**
 * From LLVM IR text to machine code, in child processes that may die without harm. In: {@link
 * dev.octune.workers.build.BuildRequest}. Out: {@link dev.octune.workers.build.Image} or object
 * file, assembly and IR text, or the reason why not. Never: workloads and schedules, running what
 * was built, libLLVM in this process.
 */
@NullMarked
package dev.octune.workers.build;

import org.jspecify.annotations.NullMarked;
