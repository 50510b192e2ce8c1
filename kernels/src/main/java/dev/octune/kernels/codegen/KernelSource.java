package dev.octune.kernels.codegen;

import dev.octune.kernels.target.Target;

/**
 * A kernel as LLVM IR text, in two modules so that packing is compiled once per layout.
 *
 * <p>{@code runIr} defines {@code void octune_run(ptr act, ptr wgt, ptr out, i32 part, i32 parts)}.
 * {@code packIr} defines {@code octune_pack_act(ptr plain, ptr act)}, {@code octune_pack_wgt(ptr
 * plain, ptr wgt)} and {@code octune_unpack_out(ptr out, ptr plain)}, and for requantized outputs
 * {@code octune_pack_quant(ptr table, ptr wgt)}, called after packing weights with s32 values: azp,
 * output zero point, lo, hi, then bias, multiplier and shift of every output channel ({@link
 * dev.octune.kernels.reference.Requantization#table}). Packed buffers are 64-byte aligned; nothing
 * outside their bytes is read or written; every output element is written on each run; any parts ≥
 * 1 in any order or at once give the same bytes; scratch lies inside out, disjoint per part. No
 * undefined symbols, no writable statics.
 *
 * @param layout names the packed layouts: equal names mean equal packIr
 * @param actBytes packed activation bytes
 * @param wgtBytes packed weight bytes
 * @param outBytes packed output bytes, scratch included
 */
public record KernelSource(
    Target target,
    String runIr,
    String packIr,
    String layout,
    long actBytes,
    long wgtBytes,
    long outBytes) {
  public static final String RUN = "octune_run";
  public static final String PACK_ACT = "octune_pack_act";
  public static final String PACK_WGT = "octune_pack_wgt";
  public static final String PACK_QUANT = "octune_pack_quant";
  public static final String UNPACK_OUT = "octune_unpack_out";
}
