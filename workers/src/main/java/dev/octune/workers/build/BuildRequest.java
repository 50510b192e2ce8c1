package dev.octune.workers.build;

import dev.octune.kernels.target.Isa;

/**
 * One LLVM IR module to compile.
 *
 * @param isa what instructions the code may use, where its functions do not say it themselves
 * @param ir the module's text, with its target triple; every function in it may use at most {@link
 *     Builder#MAX_STACK_BYTES} of stack
 */
public record BuildRequest(Isa isa, String ir) {}
