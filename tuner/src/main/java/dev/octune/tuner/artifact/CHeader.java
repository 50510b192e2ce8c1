package dev.octune.tuner.artifact;

import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
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
       *   SYM_pack_wgt once, SYM_pack_act for each input, then SYM_run for part = 0 … parts − 1, in
       *   any order or at once from several threads (any parts ≥ 1 give the same bytes), then
       *   SYM_unpack_out. Nothing outside the buffers is read or written; the functions keep no
       *   state and call nothing.
       */
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
      void @SYM@_run(const void *act, const void *wgt, void *out, int32_t part, int32_t parts);
      void @SYM@_unpack_out(const void *out, void *plain);

      #ifdef __cplusplus
      }
      #endif

      #endif
      """;

  static String of(Candidate candidate, String symbol) {
    return TEXT.replace("@WORKLOAD@", candidate.workload().text())
        .replace("@TARGET@", candidate.target().text())
        .replace("@SCHEDULE@", candidate.schedule().text())
        .replace("@PLAIN@", plain(candidate.workload()))
        .replace("@GUARD@", symbol.toUpperCase(java.util.Locale.ROOT) + "_H")
        .replace("@SYM@", symbol);
  }

  private static String plain(Workload workload) {
    String weights = workload.numerics().wgt().signed() ? "int8_t" : "uint8_t";
    return switch (workload) {
      case Conv2d c ->
          "uint8_t act[%d][%d][%d][%d], %s wgt[%d][%d][%d][%d], int32_t out[%d][%d][%d][%d]"
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
                  c.n(),
                  c.oc(),
                  c.window().oh(),
                  c.window().ow());
      case DepthwiseConv2d d ->
          "uint8_t act[%d][%d][%d][%d], %s wgt[%d][1][%d][%d], int32_t out[%d][%d][%d][%d]"
              .formatted(
                  d.n(),
                  d.c(),
                  d.window().ih(),
                  d.window().iw(),
                  weights,
                  d.oc(),
                  d.window().kh(),
                  d.window().kw(),
                  d.n(),
                  d.oc(),
                  d.window().oh(),
                  d.window().ow());
      case Dense d ->
          "uint8_t act[%d][%d], %s wgt[%d][%d], int32_t out[%d][%d]"
              .formatted(d.m(), d.k(), weights, d.n(), d.k(), d.m(), d.n());
      case BatchMatmul b ->
          "uint8_t act[%d][%d][%d], %s wgt[%d][%d][%d], int32_t out[%d][%d][%d]"
              .formatted(b.b(), b.m(), b.k(), weights, b.b(), b.k(), b.n(), b.b(), b.m(), b.n());
    };
  }
}
