package dev.octune.workers.run;

import java.util.OptionalInt;

/**
 * How a layout packs operands and unpacks outputs. The runner packs once per layout and problem.
 *
 * @param layout equal names mean equal packing, for one workload
 * @param bytes the image that holds the three functions
 * @param packAct offset of octune_pack_act
 * @param packWgt offset of octune_pack_wgt
 * @param packQuant offset of octune_pack_quant; empty where sums are the output
 * @param unpackOut offset of octune_unpack_out
 * @param actBytes packed activation bytes
 * @param wgtBytes packed weight bytes
 * @param outBytes packed output bytes, scratch included
 */
@SuppressWarnings("ArrayRecordComponent") // an image is compared by no one and copied often
public record Packing(
    String layout,
    byte[] bytes,
    int packAct,
    int packWgt,
    OptionalInt packQuant,
    int unpackOut,
    long actBytes,
    long wgtBytes,
    long outBytes) {
  public Packing {
    if (Math.min(actBytes, Math.min(wgtBytes, outBytes)) < 1) {
      throw new IllegalArgumentException(
          "layout '%s' has buffers of %d, %d and %d bytes, each must have one at least"
              .formatted(layout, actBytes, wgtBytes, outBytes));
    }
  }

  /** A kernel that works on this layout. */
  public record Kernel(Packing packing, Code code) {}
}
