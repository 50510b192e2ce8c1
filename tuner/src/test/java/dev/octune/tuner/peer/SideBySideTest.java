package dev.octune.tuner.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SideBySideTest {
  private static final Workload DENSE =
      Workload.parse("dense_int8 m=2 k=4 n=3 act=u8 wgt=s8 out=s32");
  private static final SideBySide.Operands OPERANDS = SideBySide.Operands.fullRange(DENSE, 7);

  private final List<String> calls = new ArrayList<>();

  @Test
  void measure_threeContenders_takesTheirSamplesInTurns() throws Exception {
    new SideBySide(2, 3, 100, 0)
        .measure(
            DENSE, OPERANDS, List.of(new Fake("a", 200), new Fake("b", 150), new Fake("c", 300)));
    // A sample is one warm-up and one timed run of a contender: only where the name changes begins
    // the next sample, and names go round.
    List<String> turns = new ArrayList<>();
    for (String call : calls.subList(calls.size() - 3 * 3 * 2, calls.size())) {
      if (turns.isEmpty() || !turns.getLast().equals(call)) {
        turns.add(call);
      }
    }
    assertEquals(List.of("a", "b", "c", "a", "b", "c", "a", "b", "c"), turns);
  }

  @Test
  void measure_knownTimes_areNanosecondsOfOneRunInEachPlacement() throws Exception {
    List<Figure> figures =
        new SideBySide(2, 3, 10_000, 0)
            .measure(DENSE, OPERANDS, List.of(new Fake("a", 200), new Fake("b", 150)));
    assertEquals(List.of(200.0, 200.0), figures.get(0).placementNanos());
    assertEquals(150.0, figures.get(1).medianNanos());
    assertEquals(6, figures.get(0).outputs());
  }

  @Test
  void measure_wrongOutputs_sayWhereTheyWereSeen() throws Exception {
    List<Figure> figures =
        new SideBySide(1, 1, 100, 0)
            .measure(
                DENSE,
                OPERANDS,
                List.of(
                    new Fake("right", 200),
                    new Fake("saturates", 200, 5, 6),
                    new Fake("floats", 200, 0, 4)));
    assertEquals(
        List.of(Figure.Exactness.EXACT, Figure.Exactness.WRONG, Figure.Exactness.RANDOM_ONLY),
        figures.stream().map(Figure::exactness).toList());
    assertEquals(5, figures.get(1).wrongOutputs());
    assertEquals(4, figures.get(2).wrongAtExtremes());
  }

  @Test
  void measure_libraryWithoutAKernel_isLeftOut() throws Exception {
    List<Figure> figures =
        new SideBySide(1, 1, 100, 0)
            .measure(DENSE, OPERANDS, List.of(new Fake("a", 200), new Unable()));
    assertEquals(List.of("a"), figures.stream().map(Figure::library).toList());
  }

  @Test
  void measure_afterwards_everyContenderIsClosed() throws Exception {
    Fake fake = new Fake("a", 200);
    new SideBySide(3, 2, 100, 0).measure(DENSE, OPERANDS, List.of(fake));
    assertEquals(5, fake.opened);
    assertEquals(fake.opened, fake.closed);
  }

  @Test
  void operands_ofParticularWeights_keepThem() {
    byte[] weights = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    SideBySide.Operands operands = SideBySide.Operands.onWeights(DENSE, weights, 3);
    assertEquals(weights, operands.timed().wgt());
    assertEquals(weights, operands.extreme().wgt());
    assertTrue(operands.timed().sums().length == 6);
  }

  private record Unable() implements Entrant {
    @Override
    public String library() {
      return "unable";
    }

    @Override
    public String path() {
      return "none";
    }

    @Override
    public Cap cap() {
      return Cap.KEPT;
    }

    @Override
    public Optional<Contender> prepare(byte[] act, byte[] wgt) {
      return Optional.empty();
    }
  }

  /** Takes a fixed time; the first comparison is the random one, the second the extreme one. */
  private final class Fake implements Entrant {
    private final String name;
    private final long nanos;
    private final long[] wrong;
    private int opened;
    private int closed;

    Fake(String name, long nanos, long... wrong) {
      this.name = name;
      this.nanos = nanos;
      this.wrong = wrong.length == 0 ? new long[] {0, 0} : wrong;
    }

    @Override
    public String library() {
      return name;
    }

    @Override
    public String path() {
      return "path";
    }

    @Override
    public Cap cap() {
      return Cap.KEPT;
    }

    @Override
    public Optional<Contender> prepare(byte[] act, byte[] wgt) {
      int number = opened++;
      return Optional.of(
          new Contender() {
            @Override
            public String kernel() {
              return "fake";
            }

            @Override
            public long nanosOf(int runs) {
              calls.add(name);
              return runs * nanos;
            }

            @Override
            public long wrongOutputs(int[] sums) {
              return wrong[number];
            }

            @Override
            public void close() {
              closed++;
            }
          });
    }
  }
}
