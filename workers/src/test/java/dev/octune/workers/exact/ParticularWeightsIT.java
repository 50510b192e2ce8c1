package dev.octune.workers.exact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Kernels of particular weights that stand right at what their byte lists may hold, or just beyond.
 * {@code -Doctune.exact.seed=…} repeats a run, {@code -Doctune.exact.workloads=…} widens it.
 */
final class ParticularWeightsIT {
  private static final Target AVX2 = Target.parse("x86_64 cpu=generic isa=avx2 threads=1");
  private static final long MAX_MACS = 400_000;
  private static final List<BoundaryWeights> KINDS = List.of(BoundaryWeights.values());

  @Test
  void kernel_weightsAtTheBound_equalsOracle() throws Exception {
    assumeTrue(Host.detect().runs(AVX2), "this machine lacks avx2");
    long seed = Seeds.exact();
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> weights = new ArrayList<>();
    List<Workload> workloads = named(random, Seeds.workloads(42), weights);
    Proof proof = Proof.running(AVX2, WeightStore.of(weights.toArray(byte[][]::new)));

    List<String> failures = proof.failures(workloads, random);

    System.out.printf("exact weights: seed %d, %d candidates exact%n", seed, proof.checked());
    assertTrue(
        failures.isEmpty(),
        () -> "-Doctune.exact.seed=%d\n%s".formatted(seed, String.join("\n", failures)));
    assertTrue(proof.checked() > 300, "too few candidates: " + proof.checked());
  }

  /** Windows of one row that lies outside for some outputs: met by a random draw first. */
  @Test
  void kernel_rowsWhollyOutside_equalsOracle() throws Exception {
    assumeTrue(Host.detect().runs(AVX2), "this machine lacks avx2");
    SplittableRandom random = new SplittableRandom(1);
    List<byte[]> weights = new ArrayList<>();
    List<Workload> workloads = new ArrayList<>();
    for (String window : List.of("kh=1 kw=3 stride=3,1", "kh=3 kw=1 stride=1,1")) {
      Workload workload =
          Workload.parse(
              "conv2d_NCHWc_int8 n=1 ic=16 ih=5 iw=6 oc=16 %s pad=3,4,1,1 dilation=1,1 act=u8 wgt=s8 out=s32"
                  .formatted(window));
      int taps = 3;
      workloads.add(
          naming(workload, BoundaryWeights.MIXED.of(workload, 16, taps, random), weights));
    }
    Proof proof = Proof.running(AVX2, WeightStore.of(weights.toArray(byte[][]::new)));

    assertEquals(List.of(), proof.failures(workloads, random));
    assertTrue(
        proof.schedules(workloads.getFirst(), random).stream()
            .anyMatch(schedule -> schedule.choice("border").equals("rows_skipped")));
  }

  /** Beside the lists stands Winograd's kernel, which takes weights as they are. */
  @Test
  void kernel_transformedInputs_equalsOracle() throws Exception {
    assumeTrue(Host.detect().runs(AVX2), "this machine lacks avx2");
    SplittableRandom random = new SplittableRandom(1);
    List<byte[]> weights = new ArrayList<>();
    Workload plain =
        Workload.parse(
            "conv2d_NCHWc_int8 n=1 ic=20 ih=7 iw=6 oc=24 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
                + " dilation=1,1 act=u8 azp=5 wgt=s8 out=s32");
    Workload named = naming(plain, BoundaryWeights.MIXED.of(plain, 20, 9, random), weights);
    Proof proof = Proof.running(AVX2, WeightStore.of(weights.toArray(byte[][]::new)));

    List<String> failures =
        proof.failuresOfAll(named, 16, schedule -> schedule.choice("leaf").endsWith("_winograd"));

    assertEquals(List.of(), failures);
    assertTrue(proof.checked() > 0);
  }

  /** Threads that share lists, each way there is. */
  @Test
  void kernel_twoThreads_equalsOracle() throws Exception {
    Host host = Host.detect();
    assumeTrue(host.runs(AVX2), "this machine lacks avx2");
    assumeTrue(host.allowedCpus().size() > 1, "this process may use one CPU only");
    long seed = Seeds.exact();
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> weights = new ArrayList<>();
    List<Workload> workloads = named(random, Seeds.workloads(14), weights);
    Proof proof =
        Proof.running(AVX2.withThreads(2), WeightStore.of(weights.toArray(byte[][]::new)));

    List<String> failures = proof.failures(workloads, random);

    assertTrue(
        failures.isEmpty(),
        () -> "-Doctune.exact.seed=%d\n%s".formatted(seed, String.join("\n", failures)));
    assertTrue(proof.checked() > 80, "too few candidates: " + proof.checked());
  }

  /**
   * Whoever links such a kernel may pack other weights of its class: the plan is made of those, so
   * that the answers stay exact and only the speed is not what was measured.
   */
  @Test
  void kernel_packedWithOtherWeights_equalsOracleOfThose() throws Exception {
    assumeTrue(Host.detect().runs(AVX2), "this machine lacks avx2");
    long seed = Seeds.exact();
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> small = new ArrayList<>();
    Workload workload =
        Workload.parse(
            "conv2d_NCHWc_int8 n=1 ic=24 ih=9 iw=9 oc=40 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
                + " dilation=1,1 act=u8 azp=128 wgt=s8 out=s32");
    Workload named = naming(workload, BoundaryWeights.SPARSE.of(workload, 24, 9, random), small);
    byte[] other = BoundaryWeights.MIXED.of(workload, 24, 9, random);
    Proof proof = Proof.running(AVX2, WeightStore.of(small.getFirst()), _ -> Optional.of(other));

    List<String> failures = proof.failures(List.of(named), random);

    assertTrue(
        failures.isEmpty(),
        () -> "-Doctune.exact.seed=%d\n%s".formatted(seed, String.join("\n", failures)));
    assertTrue(proof.checked() > 5, "too few candidates: " + proof.checked());
  }

  /** A machine without AVX2 proves the plan with saturation written out. */
  @Test
  void kernel_emulatedLeaves_equalsOracle() throws Exception {
    long seed = Seeds.exact();
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> weights = new ArrayList<>();
    List<Workload> workloads = named(random, Seeds.workloads(14), weights);
    Proof proof = Proof.emulating(AVX2, WeightStore.of(weights.toArray(byte[][]::new)));

    List<String> failures = proof.failures(workloads, random);

    assertTrue(
        failures.isEmpty(),
        () -> "-Doctune.exact.seed=%d\n%s".formatted(seed, String.join("\n", failures)));
    assertTrue(proof.checked() > 80, "too few candidates: " + proof.checked());
  }

  /** Convolutions and dense layers of s8 weights, each with one kind of them in turn. */
  private static List<Workload> named(SplittableRandom random, int count, List<byte[]> weights) {
    List<Workload> named = new ArrayList<>();
    while (named.size() < count) {
      for (Workload workload : AwkwardWorkloads.draw(random, 24, MAX_MACS)) {
        if (workload.numerics().wgt().signed() && named.size() < count) {
          BoundaryWeights kind = KINDS.get(named.size() % KINDS.size());
          switch (workload) {
            case Conv2d conv -> {
              int taps = conv.window().kh() * conv.window().kw();
              named.add(
                  naming(conv, kind.of(conv, conv.ic() / conv.groups(), taps, random), weights));
            }
            case Dense dense ->
                named.add(naming(dense, kind.of(dense, dense.k(), 1, random), weights));
            default -> {}
          }
        }
      }
    }
    return named;
  }

  private static Workload naming(Workload workload, byte[] plain, List<byte[]> weights) {
    weights.add(plain);
    return workload.with(workload.numerics().withWeights(Optional.of(WeightStore.hash(plain))));
  }
}
