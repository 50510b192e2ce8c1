package dev.octune.tuner.artifact;

import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Output;
import dev.octune.kernels.workload.Workload;

/** The C header of a kernel. */
final class CHeader {
  private CHeader() {}

  private static final String TEXT =
      """
      /* An int8 kernel made by Octune.
       *   workload  @WORKLOAD@
       *   target    @TARGET@
       *   schedule  @SCHEDULE@
       *
       * Plain tensors: @PLAIN@.
       * Packed buffers are yours, 64-byte aligned, of as many bytes as the _bytes functions say.
       *
       *   SYM_pack_wgt once,@THEN_QUANT@ SYM_pack_act for each input, then SYM_run for part =
       *   0 … parts − 1, in any order or at once from several threads (any parts ≥ 1 give the same
       *   bytes), then SYM_unpack_out. Nothing outside the buffers is read or written; the functions
       *   keep no state and call nothing.
      @QUANT_TEXT@@TILE_TEXT@ */
      #ifndef @GUARD@
      #define @GUARD@

      #include <stddef.h>
      #include <stdint.h>

      #ifdef __cplusplus
      extern "C" {
      #endif

      size_t @SYM@_act_bytes(void);
      size_t @SYM@_wgt_bytes(void);
      size_t @SYM@_out_bytes(void);

      void @SYM@_pack_act(const void *plain, void *act);
      void @SYM@_pack_wgt(const void *plain, void *wgt);
      @QUANT@\
      void @SYM@_run(const void *act, const void *wgt, void *out, int32_t part, int32_t parts);
      void @SYM@_unpack_out(const void *out, void *plain);

      #ifdef __cplusplus
      }
      #endif

      #endif
      """;

  private static final String QUANT =
      """
      void @SYM@_pack_quant(const int32_t *bias, const int32_t *multiplier, const int32_t *shift,
                            int32_t azp, int32_t out_zero, int32_t lo, int32_t hi, void *wgt);
      """;

  private static final String QUANT_TEXT =
      """
       *
       *   SYM_pack_quant again wherever its parameters change, and after each SYM_pack_wgt. It takes
       *   @CHANNELS@ biases, multipliers in [0, 2^31) and shifts in [-31, 30]. For a sum x of channel o,
       *   out is
       *     y = x - azp * (sum of the weights, less their zero point) + bias[o]
       *     z = y * multiplier[o] * 2^(shift[o] - 31) + out_zero, @ROUNDED@
       *     min(max(z, lo), hi), lo and hi no further than the type's ends; modulo 2^32 throughout.
      """;

  private static final String TILE_TEXT =
      """
       *
       *   SYM_run uses AMX tiles: on Linux the process must have asked for them before, once, by
       *   syscall(SYS_arch_prctl, 0x1023 (ARCH_REQ_XCOMP_PERM), 18 (XFEATURE_XTILEDATA)).
      """;

  private static final String ROUNDED_ONCE = "rounded once, ties up";
  private static final String ROUNDED_TWICE =
      """
      rounded as gemmlowp does: left shift,
       *         then to a multiple of 2^-31 of y * multiplier[o], ties up, then the right shift, ties
       *         away from zero\
      """;

  static String of(Candidate candidate, String symbol) {
    Output out = candidate.workload().numerics().out();
    return TEXT.replace("@THEN_QUANT@", out.isRequantized() ? " then SYM_pack_quant," : "")
        .replace("@QUANT_TEXT@", out.isRequantized() ? QUANT_TEXT : "")
        .replace("@TILE_TEXT@", candidate.target().isa() == Isa.AMXINT8 ? TILE_TEXT : "")
        .replace("@QUANT@", out.isRequantized() ? QUANT : "")
        .replace("@CHANNELS@", Integer.toString(candidate.workload().outChannels()))
        .replace("@ROUNDED@", out.roundsOnce() ? ROUNDED_ONCE : ROUNDED_TWICE)
        .replace("@WORKLOAD@", candidate.workload().text())
        .replace("@TARGET@", candidate.target().text())
        .replace("@SCHEDULE@", candidate.schedule().text())
        .replace("@PLAIN@", plain(candidate.workload()))
        .replace("@GUARD@", symbol.toUpperCase(java.util.Locale.ROOT) + "_H")
        .replace("@SYM@", symbol);
  }

  private static String plain(Workload workload) {
    String weights = workload.numerics().wgt().signed() ? "int8_t" : "uint8_t";
    String out =
        switch (workload.numerics().out()) {
          case S32 -> "int32_t";
          case U8_DOUBLE, U8_SINGLE -> "uint8_t";
          case S8_DOUBLE, S8_SINGLE -> "int8_t";
        };
    return switch (workload) {
      case Conv2d c ->
          "uint8_t act[%d][%d][%d][%d], %s wgt[%d][%d][%d][%d], %s out[%d][%d][%d][%d]"
              .formatted(
                  c.n(),
                  c.ic(),
                  c.window().ih(),
                  c.window().iw(),
                  weights,
                  c.oc(),
                  c.ic() / c.groups(),
                  c.window().kh(),
                  c.window().kw(),
                  out,
                  c.n(),
                  c.oc(),
                  c.window().oh(),
                  c.window().ow());
      case DepthwiseConv2d d ->
          "uint8_t act[%d][%d][%d][%d], %s wgt[%d][1][%d][%d], %s out[%d][%d][%d][%d]"
              .formatted(
                  d.n(),
                  d.c(),
                  d.window().ih(),
                  d.window().iw(),
                  weights,
                  d.oc(),
                  d.window().kh(),
                  d.window().kw(),
                  out,
                  d.n(),
                  d.oc(),
                  d.window().oh(),
                  d.window().ow());
      case Dense d ->
          "uint8_t act[%d][%d], %s wgt[%d][%d], %s out[%d][%d]"
              .formatted(d.m(), d.k(), weights, d.n(), d.k(), out, d.m(), d.n());
      case BatchMatmul b ->
          "uint8_t act[%d][%d][%d], %s wgt[%d][%d][%d], %s out[%d][%d][%d]"
              .formatted(
                  b.b(), b.m(), b.k(), weights, b.b(), b.k(), b.n(), out, b.b(), b.m(), b.n());
    };
  }
}
