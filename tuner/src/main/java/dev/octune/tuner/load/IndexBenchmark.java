package dev.octune.tuner.load;

import dev.octune.db.TuningDb;
import dev.octune.db.match.IndexedBest;
import dev.octune.db.match.LookupIndex;
import dev.octune.db.match.LookupResult;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.workload.ActRange;
import dev.octune.kernels.workload.WgtRange;
import dev.octune.kernels.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** How long the index takes to load, how large it is and how fast it answers, in this process. */
final class IndexBenchmark {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double BYTES_PER_MIB = 1 << 20;

  /** Queries that are asked again and again, of the keys there are. */
  private static final int QUERIES = 20_000;

  /** Look-ups between two looks at the clock. */
  private static final int ROUND = 1000;

  private final Consumer<String> tell;

  /**
   * @param tell takes each line of the result
   */
  IndexBenchmark(Consumer<String> tell) {
    this.tell = tell;
  }

  /** What a query is made from a stored key. */
  private enum Question {
    /** The key as it is. */
    STORED,
    /** With narrower ranges than were measured. */
    NARROWER,
    /** With one more input row: another shape. */
    OTHER_SHAPE
  }

  /** Loads the database's bests and asks for them in a seeded order, a while each. */
  void run(TuningDb db, KernelLibrary library, long seed, Duration each) {
    long before = usedBytes();
    long start = System.nanoTime();
    LookupIndex index = db.index(library::points);
    double loadSeconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
    tell.accept(
        "index of %,d confirmed bests loaded in %.2f s".formatted(index.size(), loadSeconds));
    tell.accept(
        "heap of the index %.0f MiB; process %s"
            .formatted((usedBytes() - before) / BYTES_PER_MIB, residentText()));
    List<MadeUpKeys.Key> keys = new ArrayList<>();
    try (var bests = db.bests()) {
      bests.forEach(best -> keys.add(new MadeUpKeys.Key(best.workload(), best.target())));
    }
    Collections.shuffle(keys, new Random(seed));
    tell.accept("first look-up of each: " + once(index, keys));
    Map<Question, String> names = new EnumMap<>(Question.class);
    names.put(Question.STORED, "again and again");
    names.put(Question.NARROWER, "narrower ranges");
    names.put(Question.OTHER_SHAPE, "another shape");
    names.forEach(
        (question, name) -> {
          List<MadeUpKeys.Key> queries =
              keys.stream().limit(QUERIES).map(key -> query(key, question)).toList();
          tell.accept(name + ": " + again(index, queries, each).text(1));
        });
    List<MadeUpKeys.Key> stored = keys.subList(0, Math.min(keys.size(), QUERIES));
    tell.accept("again and again: " + onAllCpus(index, stored, each));
    tell.accept("process %s after it".formatted(residentText()));
  }

  private static MadeUpKeys.Key query(MadeUpKeys.Key key, Question question) {
    Workload workload = key.workload();
    return switch (question) {
      case STORED -> key;
      case NARROWER ->
          new MadeUpKeys.Key(
              workload.with(workload.numerics().withRanges(ActRange.U8_0_127, WgtRange.S8_64)),
              key.target());
      case OTHER_SHAPE -> new MadeUpKeys.Key(OtherShape.of(workload), key.target());
    };
  }

  private static String once(LookupIndex index, List<MadeUpKeys.Key> keys) {
    long start = System.nanoTime();
    int[] matches = new int[4];
    for (MadeUpKeys.Key key : keys) {
      matches[ordinal(index.find(key.workload(), key.target()))]++;
    }
    return Answers.of(keys.size(), System.nanoTime() - start, matches).text(1);
  }

  /** Readers take no lock: as many threads as there are CPUs. */
  private static String onAllCpus(LookupIndex index, List<MadeUpKeys.Key> keys, Duration limit) {
    int threads = Runtime.getRuntime().availableProcessors();
    try (ExecutorService readers = Executors.newFixedThreadPool(threads)) {
      List<CompletableFuture<Answers>> reading =
          IntStream.range(0, threads)
              .mapToObj(
                  _ -> CompletableFuture.supplyAsync(() -> again(index, keys, limit), readers))
              .toList();
      return reading.stream()
          .map(CompletableFuture::join)
          .reduce(Answers::and)
          .orElseThrow()
          .text(threads);
    }
  }

  private static Answers again(LookupIndex index, List<MadeUpKeys.Key> keys, Duration limit) {
    int[] matches = new int[4];
    long asked = 0;
    long start = System.nanoTime();
    long elapsed = 0;
    while (elapsed < limit.toNanos()) {
      for (int i = 0; i < ROUND && elapsed < limit.toNanos(); i++) {
        MadeUpKeys.Key key = keys.get((int) (asked++ % keys.size()));
        matches[ordinal(index.find(key.workload(), key.target()))]++;
        if (i % 16 == 15) {
          elapsed = System.nanoTime() - start;
        }
      }
    }
    return Answers.of(asked, System.nanoTime() - start, matches);
  }

  private static int ordinal(LookupResult<IndexedBest> found) {
    return switch (found) {
      case LookupResult.Exact<IndexedBest> _ -> 0;
      case LookupResult.Compatible<IndexedBest> _ -> 1;
      case LookupResult.Nearest<IndexedBest> _ -> 2;
      case LookupResult.None<IndexedBest> _ -> 3;
    };
  }

  /**
   * What was asked and how it was answered.
   *
   * @param matches exact, compatible, nearest, none
   */
  private record Answers(long asked, long nanos, List<Integer> matches) {
    static Answers of(long asked, long nanos, int[] matches) {
      return new Answers(asked, nanos, Arrays.stream(matches).boxed().toList());
    }

    /** With those of another thread at the same time. */
    Answers and(Answers other) {
      return new Answers(
          asked + other.asked,
          Math.max(nanos, other.nanos),
          IntStream.range(0, matches.size())
              .mapToObj(i -> matches.get(i) + other.matches.get(i))
              .toList());
    }

    String text(int threads) {
      return "%,.0f/s on %d thread%s (%,d exact, %,d compatible, %,d nearest, %,d none)"
          .formatted(
              asked / (nanos / NANOS_PER_SECOND),
              threads,
              threads == 1 ? "" : "s",
              matches.get(0),
              matches.get(1),
              matches.get(2),
              matches.get(3));
    }
  }

  private static long usedBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** As Linux tells it. */
  private static String residentText() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS") || line.startsWith("VmHWM"))
          .map(line -> line.replaceAll("\\s+", " "))
          .reduce((a, b) -> a + ", " + b)
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown (" + e + ")";
    }
  }
}
