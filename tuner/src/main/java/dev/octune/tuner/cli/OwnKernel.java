package dev.octune.tuner.cli;

import dev.octune.kernels.space.Candidate;
import dev.octune.tuner.peer.Cap;
import dev.octune.tuner.peer.Contender;
import dev.octune.tuner.peer.Entrant;
import dev.octune.workers.inprocess.HostKernel;
import dev.octune.workers.inprocess.Team;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * One of our kernels beside those of peers.
 *
 * @param library what it is called among them
 * @param placement draws the addresses of its buffers
 */
record OwnKernel(
    String library, Candidate candidate, HostKernel kernel, Team team, RandomGenerator placement)
    implements Entrant {
  @Override
  public String path() {
    return candidate.schedule().text();
  }

  @Override
  public Cap cap() {
    return Cap.KEPT;
  }

  @Override
  public Optional<Contender> prepare(byte[] act, byte[] wgt) {
    return Optional.of(new Ready(kernel.operands(act, wgt, placement)));
  }

  private final class Ready implements Contender {
    private final HostKernel.Operands operands;

    Ready(HostKernel.Operands operands) {
      this.operands = operands;
    }

    @Override
    public String kernel() {
      return candidate.schedule().template() + "/" + candidate.schedule().version();
    }

    @Override
    public long nanosOf(int runs) {
      return team.nanosOf(operands::run, runs);
    }

    @Override
    public long wrongOutputs(int[] sums) {
      int[] output = operands.output(sums.length);
      long wrong = 0;
      for (int i = 0; i < sums.length; i++) {
        wrong += output[i] == sums[i] ? 0 : 1;
      }
      return wrong;
    }

    @Override
    public void close() {
      operands.close();
    }
  }
}
