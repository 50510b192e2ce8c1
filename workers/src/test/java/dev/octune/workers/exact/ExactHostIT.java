package dev.octune.workers.exact;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.workers.run.Connection;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kernels of every instruction set that this machine covers, natively. {@code
 * -Doctune.exact.seed=…} repeats a run, {@code -Doctune.exact.workloads=…} widens it.
 */
final class ExactHostIT {
  private static final long MAX_MACS = 600_000;

  @ParameterizedTest
  @EnumSource(
      value = Isa.class,
      names = {"SSE2", "AVX2", "AVX512VNNI", "NEON", "DOTPROD"})
  void kernel_awkwardShapesEveryFill_equalsOracle(Isa isa) throws Exception {
    Host host = Host.detect();
    Target target = new Target(isa.arch(), isa.llvmCpu(), isa, 1);
    assumeTrue(host.runs(target), () -> "this machine lacks " + isa.text());
    long seed = Seeds.exact();
    SplittableRandom random = new SplittableRandom(seed);
    Proof proof = new Proof(target, Connection.HERE);

    List<String> failures =
        proof.failures(AwkwardWorkloads.draw(random, Seeds.workloads(64), MAX_MACS), random);

    System.out.printf(
        "exact %s: seed %d, %d candidates exact%n", isa.text(), seed, proof.checked());
    assertTrue(
        failures.isEmpty(),
        () -> "-Doctune.exact.seed=%d\n%s".formatted(seed, String.join("\n", failures)));
    assertTrue(proof.checked() > 100, "too few candidates: " + proof.checked());
  }
}
