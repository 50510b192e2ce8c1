package dev.octune.workers.inprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.reference.Fill;
import dev.octune.kernels.reference.Reference;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.workers.build.Builder;
import dev.octune.workers.build.BuilderSettings;
import dev.octune.workers.toolchain.Toolchain;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostKernelIT {
  private static final Workload CONV =
      Workload.parse(
          "conv2d_NCHWc_int8 n=1 ic=13 ih=9 iw=7 oc=21 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
              + " dilation=1,1 act=u8 wgt=s8 out=s32");

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void run_inThisProcess_answersAsTheOracle(int threads) throws Exception {
    KernelLibrary library = KernelLibrary.standard();
    Target target = Host.detect().target().withThreads(threads);
    byte[] act = Fill.RANDOM.activations(CONV, 5);
    byte[] wgt = Fill.RANDOM.weights(CONV, 5);
    int[] expected = Reference.output(CONV, act, wgt);
    try (Builder builder = Builder.start(Toolchain.locate(), BuilderSettings.one());
        HostKernel kernel =
            HostKernel.build(
                library.emit(new Candidate(CONV, target, library.defaultSchedule(CONV, target))),
                builder);
        Team team = new Team(threads)) {
      for (int placement = 0; placement < 3; placement++) {
        try (HostKernel.Operands operands = kernel.operands(act, wgt, new Random(placement))) {
          assertTrue(team.nanosOf(operands::run, 20) > 0);
          assertArrayEquals(expected, operands.output(expected.length));
        }
      }
    }
  }

  @Test
  void team_manySeries_runsEachPartOfEachRunOnce() {
    AtomicIntegerArray runs = new AtomicIntegerArray(3);
    try (Team team = new Team(3)) {
      for (int series = 0; series < 50; series++) {
        long _ =
            team.nanosOf(
                (part, parts) -> {
                  assertEquals(3, parts);
                  int _ = runs.incrementAndGet(part);
                },
                7);
      }
    }
    for (int part = 0; part < 3; part++) {
      assertEquals(350, runs.get(part));
    }
  }
}
