package dev.octune.tuner.landscape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.measure.Device;
import dev.octune.kernels.measure.MeasureRequest;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.text.TextException;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.search.SearchTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LandscapeTest {
  private static final Workload WORKLOAD =
      Workload.parse("dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32");
  private static final Target TARGET = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1");
  private static final ConfigSpace SPACE =
      ConfigSpace.of(
          "dense",
          3,
          List.of(
              Knob.Choice.of("leaf", "avx2_s16", "plain"), Knob.Size.of("m_tile", 1, 2, 4, 8, 16)),
          schedule -> !(schedule.choice("leaf").equals("plain") && schedule.size("m_tile") == 16));
  private static final SearchTask TASK = new SearchTask(WORKLOAD, TARGET, SPACE, SPACE.at(4));

  @TempDir Path folder;

  @Test
  void record_wholeSpace_isExhaustiveAndReadsBackEqual() throws IOException {
    List<String> heard = new ArrayList<>();
    Landscape recorded =
        LandscapeRecorder.record(
            new FakeDevice(),
            TASK,
            100,
            1,
            7,
            (done, of, schedule, measurement) ->
                heard.add(done + "/" + of + " " + schedule.text() + " " + measurement.status()));
    assertTrue(recorded.isExhaustive());
    assertEquals(9, recorded.points().size());
    assertEquals(9, heard.size());
    assertEquals("1/9 dense/3 leaf=avx2_s16 m_tile=16 timed", heard.getFirst());
    for (String name : List.of("dense.landscape", "dense.landscape.gz")) {
      Path file = folder.resolve(name);
      recorded.write(file);
      assertEquals(recorded, Landscape.read(file));
      assertEquals(List.of(file), list());
      Files.delete(file);
    }
  }

  @Test
  void record_sample_holdsTheDefaultAndIsSeeded() {
    Landscape once = sample(5, 11);
    assertEquals(5, once.points().size());
    assertEquals(9, once.spaceSize());
    assertFalse(once.isExhaustive());
    assertEquals(TASK.defaultSchedule(), once.points().getFirst().schedule());
    assertEquals(once, sample(5, 11));
    assertFalse(once.points().equals(sample(5, 12).points()));
  }

  @Test
  void record_threePasses_keepsTheMedianOfEachPoint() {
    Device drifting =
        new FakeDevice() {
          private int calls;

          @Override
          public CompletableFuture<Measurement> measure(MeasureRequest request) {
            int pass = calls++ / 4;
            Schedule schedule = request.candidate().schedule();
            double factor = List.of(1, 3, 2).get(pass);
            return CompletableFuture.completedFuture(timed(factor * nanos(schedule)));
          }
        };
    List<String> heard = new ArrayList<>();
    Landscape recorded =
        LandscapeRecorder.record(
            drifting, TASK, 4, 3, 7, (done, of, _, _) -> heard.add(done + "/" + of));
    for (Landscape.Point point : recorded.points()) {
      assertEquals(
          new Landscape.Outcome.Timed(2 * FakeDevice.nanos(point.schedule())), point.outcome());
    }
    assertEquals("12/12", heard.getLast());
  }

  @Test
  void record_deviceLost_givesNoHalfLandscape() {
    Device losing =
        new FakeDevice() {
          @Override
          public CompletableFuture<Measurement> measure(MeasureRequest request) {
            return CompletableFuture.completedFuture(new Measurement.DeviceLost("unplugged"));
          }
        };
    IllegalStateException lost =
        assertThrows(
            IllegalStateException.class,
            () -> LandscapeRecorder.record(losing, TASK, 5, 1, 1, (_, _, _, _) -> {}));
    assertTrue(lost.toString().contains("unplugged"), lost::toString);
  }

  @Test
  void task_ofASample_holdsExactlyItsPoints() {
    Landscape sample = sample(5, 11);
    ConfigSpace space = sample.task().space();
    assertEquals(5, space.size());
    sample.points().forEach(point -> assertTrue(space.contains(point.schedule())));
  }

  @Test
  void replay_recordedPoint_answersAsMeasured() {
    Device replay = new ReplayDevice(List.of(sample(9, 1)));
    Measurement fast = measure(replay, SPACE.at(0));
    assertEquals(
        FakeDevice.nanos(SPACE.at(0)),
        assertInstanceOf(Measurement.Timed.class, fast).medianNanos());
    Measurement failed = measure(replay, SPACE.at(5));
    assertInstanceOf(Measurement.BuildFailed.class, failed);
    List<Candidate> both =
        List.of(
            new Candidate(WORKLOAD, TARGET, SPACE.at(5)),
            new Candidate(WORKLOAD, TARGET, SPACE.at(0)));
    assertEquals(List.of(failed, fast), replay.confirm(both, 1).join());
    assertEquals("replay of made up", replay.description());
  }

  @Test
  void replay_unknownPoint_isAnErrorThatNamesIt() {
    Device replay = new ReplayDevice(List.of(sample(1, 1)));
    CompletionException unknown =
        assertThrows(CompletionException.class, () -> measure(replay, SPACE.at(0)));
    assertInstanceOf(IllegalArgumentException.class, unknown.getCause());
    assertTrue(unknown.toString().contains("dense/3 leaf=avx2_s16 m_tile=1"), unknown::toString);
    assertThrows(
        CompletionException.class,
        () -> replay.confirm(List.of(new Candidate(WORKLOAD, TARGET, SPACE.at(0))), 1).join());
  }

  @Test
  void read_eachLineDamaged_namesFileAndLine() throws IOException {
    Path file = folder.resolve("a.landscape");
    sample(4, 2).write(file);
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      List<String> damaged = new ArrayList<>(lines);
      damaged.set(i, "nonsense " + lines.get(i));
      assertProblem(file, damaged, i + 1);
      assertProblem(file, lines.subList(0, i), i + 1);
    }
  }

  @Test
  void read_knownMistakes_sayWhatIsWrong() throws IOException {
    Path file = folder.resolve("a.landscape");
    sample(4, 2).write(file);
    List<String> lines = Files.readAllLines(file);
    assertMessage(file, edited(lines, 0, "octune-landscape schema_version=2"), "newer octune");
    assertMessage(file, edited(lines, 1, "workload dense_int8 m=16"), "'k' is missing");
    assertMessage(file, edited(lines, 5, "knob choice leaf a a"), "[a, a]");
    assertMessage(file, edited(lines, 7, "default 0"), "1 value indices for 2 knobs");
    assertMessage(file, edited(lines, 7, "default 0 9"), "[0, 4]");
    assertMessage(file, edited(lines, 9, "space_size 0"), "space_size is '0'");
    assertMessage(file, edited(lines, 10, "points 5000"), "points is '5000'");
    assertMessage(file, edited(lines, 11, "0 4 timed -3.0"), "'-3.0' is no time");
    assertMessage(file, edited(lines, 11, "0 4 timed NaN"), "'NaN' is no time");
    assertMessage(file, edited(lines, 11, "0 4 device_lost"), "not a point of 2 knobs");
    assertMessage(file, edited(lines, 12, lines.get(13)), "checksum");
  }

  @Test
  void read_anyByteDamaged_isRefusedOrEqual() throws IOException {
    long seed = 20_261_122;
    Random random = new Random(seed);
    Path file = folder.resolve("a.landscape.gz");
    Landscape whole = sample(9, 2);
    whole.write(file);
    byte[] bytes = Files.readAllBytes(file);
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
      Files.write(file, damaged);
      try {
        assertEquals(whole, Landscape.read(file), "seed " + seed);
      } catch (TextException _) {
        refused++;
      }
    }
    assertTrue(refused > 400, "refused " + refused);
  }

  private void assertProblem(Path file, List<String> lines, int line) throws IOException {
    Files.write(file, lines);
    TextException problem = assertThrows(TextException.class, () -> Landscape.read(file));
    assertTrue(
        String.valueOf(problem.getMessage()).startsWith("landscape " + file + ":" + line + ": "),
        () -> "line " + line + ": " + problem);
  }

  private static void assertMessage(Path file, List<String> lines, String part) throws IOException {
    Files.write(file, lines);
    TextException problem = assertThrows(TextException.class, () -> Landscape.read(file));
    assertTrue(String.valueOf(problem.getMessage()).contains(part), problem::toString);
  }

  private static List<String> edited(List<String> lines, int index, String line) {
    List<String> edited = new ArrayList<>(lines);
    edited.set(index, line);
    return edited;
  }

  private List<Path> list() throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static Landscape sample(int points, long seed) {
    return LandscapeRecorder.record(new FakeDevice(), TASK, points, 1, seed, (_, _, _, _) -> {});
  }

  private static Measurement measure(Device device, Schedule schedule) {
    Candidate candidate = new Candidate(WORKLOAD, TARGET, schedule);
    return device.measure(new MeasureRequest(candidate, 1, OptionalDouble.empty())).join();
  }

  /** Answers with made-up times; the plain leaf at m_tile 1 does not build. */
  private static class FakeDevice implements Device {
    static double nanos(Schedule schedule) {
      return schedule.size("m_tile") * 1000 + (schedule.choice("leaf").equals("plain") ? 7 : 0.5);
    }

    @Override
    public CompletableFuture<Measurement> measure(MeasureRequest request) {
      Schedule schedule = request.candidate().schedule();
      if (schedule.equals(SPACE.at(5))) {
        return CompletableFuture.completedFuture(new Measurement.BuildFailed("planted"));
      }
      return CompletableFuture.completedFuture(timed(nanos(schedule)));
    }

    static Measurement timed(double nanos) {
      Measurement.Sample sample = new Measurement.Sample(nanos, 10, false);
      return new Measurement.Timed(
          List.of(new Measurement.Placement(0, List.of(sample))), Measurement.CacheState.HOT);
    }

    @Override
    public CompletableFuture<List<Measurement>> confirm(List<Candidate> candidates, long seed) {
      throw new UnsupportedOperationException("not asked for by a recorder");
    }

    @Override
    public String description() {
      return "made up";
    }

    @Override
    public void close() {}
  }
}
