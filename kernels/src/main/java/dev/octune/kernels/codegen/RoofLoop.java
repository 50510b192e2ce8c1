package dev.octune.kernels.codegen;

/**
 * A loop of one leaf in registers alone: what no kernel of that leaf can exceed on a core.
 *
 * <p>{@code irText} defines {@code void symbol(ptr act, ptr wgt, ptr out, i32 part, i32 parts)},
 * with the promises of {@link KernelSource} but one: every part does all the work, so that p
 * threads do p × macsPerCall. What act and wgt hold does not matter.
 *
 * @param leaf as schedules name it
 * @param macsPerCall multiply-adds of one call of one part
 */
public record RoofLoop(
    String leaf,
    String irText,
    String symbol,
    long macsPerCall,
    long actBytes,
    long wgtBytes,
    long outBytes) {}
