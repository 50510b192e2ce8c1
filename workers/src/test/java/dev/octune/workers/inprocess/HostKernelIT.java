package dev.octune.workers.inprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostKernelIT {
  private static final Workload CONV =
      Workload.parse(
          "conv2d_NCHWc_int8 n=1 ic=13 ih=9 iw=7 oc=21 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
              + " dilation=1,1 act=u8 wgt=s8 out=s32");

  /** A team leaves the calling thread on its own CPUs. */
  @AfterEach
  void freeThisThread() {
    ThreadPlace.confine(Host.detect().allowedCpus());
  }

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
        Team team = new Team(cpus(threads))) {
      for (int placement = 0; placement < 3; placement++) {
        try (HostKernel.Operands operands = kernel.operands(act, wgt, new Random(placement))) {
          assertTrue(team.nanosOf(operands::run, 20) > 0);
          assertArrayEquals(expected, operands.output(expected.length));
        }
      }
    }
  }

  /** As many as asked for, some twice where the machine has fewer. */
  private static List<Integer> cpus(int threads) {
    List<Integer> allowed = Host.detect().allowedCpus();
    return IntStream.range(0, threads).mapToObj(i -> allowed.get(i % allowed.size())).toList();
  }
}
