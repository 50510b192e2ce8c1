package dev.octune.workers.exact;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.workers.local.CheckResult;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same templates for AArch64, on emulated cores with and without the dot product. */
final class ExactArmIT {
  private static final long MAX_MACS = 120_000;

  @ParameterizedTest
  @CsvSource({"dotprod, max", "neon, cortex-a72"})
  void kernel_awkwardShapesEveryFill_equalsOracle(String isa, String core) throws Exception {
    long seed = Seeds.exact();
    SplittableRandom random = new SplittableRandom(seed);
    Proof proof = Proof.running(target(isa), Emulator.aarch64(core));

    List<String> failures =
        proof.failures(AwkwardWorkloads.draw(random, Seeds.workloads(40), MAX_MACS), random);

    System.out.printf(
        "exact %s on %s: seed %d, %d candidates exact%n", isa, core, seed, proof.checked());
    assertTrue(
        failures.isEmpty(),
        () -> "-Doctune.exact.seed=%d\n%s".formatted(seed, String.join("\n", failures)));
    assertTrue(proof.checked() > 60, "too few candidates: " + proof.checked());
  }

  /** A core without the dot product shows that code for it is not run where it can't be. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv2d_NCHWc_int8 n=1 ic=8 ih=5 iw=5 oc=16 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
            + " dilation=1,1 act=u8 wgt=s8 out=s32",
        "depthwise_conv2d_NCHWc_int8 n=1 c=16 ih=5 iw=5 m=1 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
            + " dilation=1,1 act=u8 wgt=s8 out=s32",
      })
  void kernel_withSdotOnACoreWithoutIt_traps(String text) throws Exception {
    Target target = target("dotprod");
    Workload workload = Workload.parse(text);
    var space = KernelLibrary.standard().space(workload, target);
    Schedule sdot =
        Stream.iterate(0, i -> i + 1)
            .limit(space.size())
            .map(space::at)
            .filter(schedule -> schedule.choice("leaf").contains("sdot"))
            .findFirst()
            .orElseThrow();

    CheckResult result =
        Proof.running(target, Emulator.aarch64("cortex-a72"))
            .check(new Candidate(workload, target, sdot));

    var rejected = assertInstanceOf(CheckResult.Rejected.class, result, result.toString());
    var failed = assertInstanceOf(Measurement.RunFailed.class, rejected.why(), result.toString());
    assertTrue(failed.reason().contains("SIGILL"), failed.reason());
  }

  private static Target target(String isa) {
    return Target.parse("aarch64 cpu=generic isa=" + isa + " threads=1");
  }
}
