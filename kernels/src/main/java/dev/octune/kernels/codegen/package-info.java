/**
 * Schedule templates: from workload, target and schedule to LLVM IR text. In: {@link
 * dev.octune.kernels.space.Candidate}. Out: {@link dev.octune.kernels.codegen.KernelSource}. Never:
 * compiling, running, timing, choosing.
 */
@NullMarked
package dev.octune.kernels.codegen;

import org.jspecify.annotations.NullMarked;
