package dev.octune.workers.exact;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.workers.run.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kernels of every instruction set that this machine covers, natively. {@code
 * -Doctune.exact.seed=…} repeats a run, {@code -Doctune.exact.workloads=…} widens it.
 */
final class ExactHostIT {
  private static final long MAX_MACS = 600_000;

  /** Of a larger space every so-manieth point. */
  private static final int MAX_POINTS = 60;

  private static final List<String> FEW_POSITIONS =
      List.of(
          "dense_int8 m=1 k=300 n=33 act=u8 wgt=s8 out=s32",
          "dense_int8 m=3 k=64 n=17 act=u8 wgt=s8 out=s8 round=double",
          "batch_matmul_int8 b=2 m=2 k=33 n=16 act=u8 wgt=s8 out=s32",
          "conv2d_NCHWc_int8 n=1 ic=35 ih=2 iw=2 oc=17 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
              + " dilation=1,1 act=u8 azp=211 wgt=s8 out=s32");

  @ParameterizedTest
  @EnumSource(
      value = Isa.class,
      names = {"SSE2", "SSE41", "AVX2", "AVX512BW", "AVX512VNNI", "AMXINT8"})
  void kernel_awkwardShapesEveryFill_equalsOracle(Isa isa) throws Exception {
    Host host = Host.detect();
    Target target = new Target(isa.arch(), isa.llvmCpu(), isa, 1);
    assumeTrue(host.runs(target), () -> "this machine lacks " + isa.text());
    long seed = Seeds.exact();
    SplittableRandom random = new SplittableRandom(seed);
    Proof proof = Proof.running(target, Connection.HERE);

    List<String> failures =
        proof.failures(AwkwardWorkloads.draw(random, Seeds.workloads(64), MAX_MACS), random);

    System.out.printf(
        "exact %s: seed %d, %d candidates exact%n", isa.text(), seed, proof.checked());
    assertTrue(
        failures.isEmpty(),
        () -> "-Doctune.exact.seed=%d\n%s".formatted(seed, String.join("\n", failures)));
    assertTrue(proof.checked() > 100, "too few candidates: " + proof.checked());
  }

  /** Kernels for machines that this one is not: all of them but the instruction itself. */
  @ParameterizedTest
  @EnumSource(
      value = Isa.class,
      names = {"AVXVNNI", "AVX512BW", "AVX512VNNI", "AMXINT8", "DOTPROD"})
  void kernel_withEmulatedLeaves_equalsOracle(Isa isa) throws Exception {
    Target target = new Target(isa.arch(), isa.llvmCpu(), isa, 1);
    long seed = Seeds.exact();
    SplittableRandom random = new SplittableRandom(seed);
    Proof proof = Proof.emulating(target);

    List<String> failures =
        proof.failures(AwkwardWorkloads.draw(random, Seeds.workloads(24), MAX_MACS), random);

    System.out.printf(
        "exact %s emulated: seed %d, %d candidates exact%n", isa.text(), seed, proof.checked());
    assertTrue(
        failures.isEmpty(),
        () -> "-Doctune.exact.seed=%d\n%s".formatted(seed, String.join("\n", failures)));
    assertTrue(proof.checked() > 40, "too few candidates: " + proof.checked());
  }

  /** Threads that run one kernel at the same time, each its part. */
  @Test
  void kernel_twoThreads_equalsOracle() throws Exception {
    Host host = Host.detect();
    assumeTrue(host.allowedCpus().size() > 1, "this process may use one CPU only");
    long seed = Seeds.exact();
    SplittableRandom random = new SplittableRandom(seed);
    Proof proof = Proof.running(host.target().withThreads(2), Connection.HERE);

    List<String> failures =
        proof.failures(AwkwardWorkloads.draw(random, Seeds.workloads(20), MAX_MACS), random);

    assertTrue(
        failures.isEmpty(),
        () -> "-Doctune.exact.seed=%d\n%s".formatted(seed, String.join("\n", failures)));
    assertTrue(proof.checked() > 30, "too few candidates: " + proof.checked());
  }

  /** Few positions have leaves of their own; borders and channels beyond the last one too. */
  @ParameterizedTest
  @EnumSource(
      value = Isa.class,
      names = {"SSE41", "AVX2", "AVX512BW"})
  void kernel_fewPositions_equalsOracle(Isa isa) throws Exception {
    Host host = Host.detect();
    Target target = new Target(isa.arch(), isa.llvmCpu(), isa, 1);
    assumeTrue(host.runs(target), () -> "this machine lacks " + isa.text());
    Proof proof = Proof.running(target, Connection.HERE);

    for (String text : FEW_POSITIONS) {
      List<String> failures = proof.failuresOfAll(Workload.parse(text), MAX_POINTS);
      assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    }
    assertTrue(proof.checked() > 0);
  }

  /** Sums that come and go through the output, and blocks that passes do not divide. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "dense_int8 m=48 k=1024 n=33 act=u8 wgt=s8 out=s32",
        "dense_int8 m=32 k=700 n=65 act=u8 wgt=s8 out=s32",
        "batch_matmul_int8 b=2 m=36 k=512 n=17 act=u8 wgt=u8 wzp=131 out=s32",
      })
  void kernel_reductionInPasses_equalsOracle(String text) throws Exception {
    Isa best = Host.detect().target().isa();
    // Tiles make their products in one pass.
    Isa isa = best == Isa.AMXINT8 ? Isa.AVX512VNNI : best;
    Target target = new Target(isa.arch(), isa.llvmCpu(), isa, 1);
    Proof proof = Proof.running(target, Connection.HERE);

    List<String> failures =
        proof.failuresOfAll(
            Workload.parse(text), MAX_POINTS, schedule -> schedule.size("passes") > 1);

    assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    assertTrue(proof.checked() > 0);
  }

  /**
   * Winograd's transform: odd extents, last vectors of channels that are moved back, blocks of
   * output channels that are not full, groups, both zero points, requantized outputs, rows that
   * units share unevenly, and as many channels as its proof allows at all.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv2d_NCHWc_int8 n=2 ic=19 ih=7 iw=9 oc=17 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
            + " dilation=1,1 act=u8 azp=211 wgt=u8 wzp=7 out=s32",
        "conv2d_NCHWc_int8 n=1 ic=66 ih=6 iw=5 oc=38 kh=3 kw=3 stride=1,1 pad=0,1,2,0"
            + " dilation=1,1 groups=2 act=u8 wgt=s8 out=s32",
        "conv2d_NCHWc_int8 n=1 ic=1827 ih=4 iw=5 oc=9 kh=3 kw=3 stride=1,1 pad=0,0,0,0"
            + " dilation=1,1 act=u8 azp=255 wgt=s8 out=s32",
        "conv2d_NCHWc_int8 n=1 ic=1024 ih=10 iw=5 oc=18 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
            + " dilation=1,1 act=u8 wgt=s8 out=s32",
        "conv2d_NCHWc_int8 n=2 ic=21 ih=6 iw=7 oc=19 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
            + " dilation=1,1 act=u8 azp=3 wgt=u8 wzp=131 out=u8 round=double",
        "conv2d_NCHWc_int8 n=1 ic=64 ih=5 iw=5 oc=34 kh=3 kw=3 stride=1,1 pad=0,0,1,1"
            + " dilation=1,1 groups=2 act=u8 azp=129 wgt=s8 out=s8 round=single",
      })
  void kernel_transformedInputs_equalsOracle(String text) throws Exception {
    Host host = Host.detect();
    int checked = 0;
    for (Isa isa : List.of(Isa.SSE2, Isa.AVX2, Isa.AVX512BW)) {
      for (int threads = 1; threads <= host.allowedCpus().size(); threads++) {
        Target target = new Target(isa.arch(), isa.llvmCpu(), isa, threads);
        Proof proof =
            host.runs(target)
                ? Proof.running(target, Connection.HERE)
                : Proof.emulating(target.withThreads(1));
        List<String> failures =
            proof.failuresOfAll(
                Workload.parse(text),
                MAX_POINTS / 4,
                schedule -> schedule.choice("leaf").endsWith("_winograd"));

        assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
        checked += proof.checked();
      }
    }
    assertTrue(checked > 0);
  }

  /** Tiles that hold rows, and tiles on runs over the columns between rows. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv2d_NCHWc_int8 n=2 ic=9 ih=7 iw=7 oc=17 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
            + " dilation=1,1 act=u8 azp=211 wgt=s8 out=s32",
        "conv2d_NCHWc_int8 n=1 ic=70 ih=6 iw=5 oc=16 kh=3 kw=2 stride=1,1 pad=1,1,1,0"
            + " dilation=1,2 act=u8 azp=3 wgt=s8 out=u8 round=double",
        "conv2d_NCHWc_int8 n=1 ic=8 ih=9 iw=12 oc=33 kh=3 kw=3 stride=2,2 pad=1,1,1,1"
            + " dilation=1,1 act=u8 wgt=s8 out=s32",
        "conv2d_NCHWc_int8 n=1 ic=5 ih=8 iw=7 oc=16 kh=2 kw=2 stride=2,1 pad=0,0,0,0"
            + " dilation=1,1 act=u8 wgt=s8 out=s8 round=single",
      })
  void kernel_tilesOfSeveralRows_equalsOracle(String text) throws Exception {
    Host host = Host.detect();
    Target target = new Target(Isa.AMXINT8.arch(), Isa.AMXINT8.llvmCpu(), Isa.AMXINT8, 1);
    List<Proof> proofs = new ArrayList<>(List.of(Proof.emulating(target)));
    if (host.runs(target)) {
      proofs.add(Proof.running(target, Connection.HERE));
    }
    for (Proof proof : proofs) {
      List<String> failures =
          proof.failuresOfAll(
              Workload.parse(text), MAX_POINTS, schedule -> schedule.size("oh_tile") > 1);

      assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
      assertTrue(proof.checked() > 0);
    }
  }

  /** One small workload of each operator on the best instruction set here, point by point. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv2d_NCHWc_int8 n=1 ic=3 ih=4 iw=5 oc=9 kh=3 kw=2 stride=2,1 pad=1,0,1,1 dilation=1,1"
            + " act=u8 azp=211 wgt=s8 out=s32",
        "depthwise_conv2d_NCHWc_int8 n=1 c=3 ih=5 iw=3 m=2 kh=3 kw=2 stride=1,1 pad=1,1,1,0"
            + " dilation=1,1 act=u8 azp=1 wgt=s8 out=s32",
        "dense_int8 m=3 k=9 n=5 act=u8 wgt=s8 out=s32",
        "batch_matmul_int8 b=2 m=3 k=5 n=9 act=u8 wgt=u8 wzp=131 out=s32",
      })
  void kernel_everyScheduleOfASmallSpace_equalsOracle(String text) throws Exception {
    Proof proof = Proof.running(Host.detect().target(), Connection.HERE);

    List<String> failures = proof.failuresOfAll(Workload.parse(text), MAX_POINTS);

    assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    assertTrue(proof.checked() > 0);
  }
}
