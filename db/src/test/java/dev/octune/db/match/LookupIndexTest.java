package dev.octune.db.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.Samples;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.db.record.KnownBest;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.ActRange;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.WgtRange;
import dev.octune.kernels.workload.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

final class LookupIndexTest {
  private static final List<Target> TARGETS =
      List.of(
          Samples.AVX2,
          Samples.VNNI,
          Samples.AVX2.withThreads(2),
          Target.parse("x86_64 cpu=znver2 isa=avx2 threads=1"),
          Target.parse("x86_64 cpu=znver3 isa=sse41 threads=1"),
          Target.parse("aarch64 cpu=cortex-a76 isa=dotprod threads=1"));

  @Test
  void find_anyDatabase_isWhatMatchingFinds() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Map<String, Integer> matches = new HashMap<>();
    for (int database = 0; database < 60; database++) {
      // Beyond the tail of a neighbourhood in some.
      int size = database % 10 == 9 ? 2500 : 1 + random.nextInt(80);
      Predicate<Candidate> legal = legality(random.nextInt());
      LookupIndex index = new LookupIndex(spaces(legal));
      Map<List<Object>, ConfirmedBest> known = new HashMap<>();
      for (int i = 0; i < size; i++) {
        ConfirmedBest best = best(random);
        if (random.nextInt(10) == 0) {
          index.putIfAbsent(best);
          known.putIfAbsent(List.of(best.workload(), best.target()), best);
        } else {
          index.put(best);
          known.put(List.of(best.workload(), best.target()), best);
        }
      }
      assertEquals(known.size(), index.size());
      List<ConfirmedBest> bests = new ArrayList<>(known.values());
      Collections.shuffle(bests, random);
      for (int query = 0; query < 40; query++) {
        Workload workload = workload(random);
        Target target = TARGETS.get(random.nextInt(TARGETS.size()));
        LookupResult<ConfirmedBest> wanted = Matching.find(workload, target, bests, legal);
        assertSame(wanted, index.find(workload, target), workload + " on " + target);
        matches.merge(wanted.match(), 1, Integer::sum);
      }
    }
    System.out.println(matches);
    assertEquals(4, matches.size(), "every kind of answer is compared: " + matches);
  }

  @Test
  void find_whileBestsCome_isAlwaysOneOfThem() {
    LookupIndex index = new LookupIndex((_, _) -> _ -> true);
    AtomicBoolean ended = new AtomicBoolean();
    List<CompletableFuture<Long>> readers = new ArrayList<>();
    for (int reader = 0; reader < 3; reader++) {
      readers.add(
          CompletableFuture.supplyAsync(
              () -> {
                double last = Double.POSITIVE_INFINITY;
                long reads = 0;
                while (!ended.get()) {
                  LookupResult<IndexedBest> found = index.find(Samples.CONV, Samples.AVX2);
                  double nanos =
                      found.record().map(KnownBest::medianNanos).orElse(Double.POSITIVE_INFINITY);
                  assertTrue(nanos <= last, () -> "went back: " + found);
                  last = nanos;
                  index.find(shape(7, 7), Samples.AVX2);
                  reads++;
                }
                return reads;
              },
              task -> Thread.ofPlatform().start(task)));
    }
    for (int i = 0; i < 4000; i++) {
      index.put(Samples.best(Samples.CONV, Samples.AVX2, 900.0 / (i + 1)));
      index.put(Samples.best(shape(1 + i, 8), Samples.AVX2, 500));
    }
    ended.set(true);
    long reads = readers.stream().mapToLong(CompletableFuture::join).sum();
    assertTrue(reads > 0);
    assertEquals(4001, index.size());
    assertEquals(8001 - 1, index.version());
  }

  @Test
  void findServing_sameBestTwice_asksItsSpaceOnce() {
    List<Candidate> asked = new ArrayList<>();
    LookupIndex index = new LookupIndex(spaces(asked::add));
    index.put(Samples.best(Samples.CONV, Samples.AVX2, 500));
    Workload azp = Samples.CONV.with(Samples.CONV.numerics().withAzp(211));
    for (int i = 0; i < 3; i++) {
      assertInstanceOf(LookupResult.Exact.class, index.find(Samples.CONV, Samples.AVX2));
      assertInstanceOf(LookupResult.Exact.class, index.find(azp, Samples.AVX2));
      assertInstanceOf(LookupResult.Compatible.class, index.find(azp, Samples.VNNI));
    }
    assertEquals(List.of(Samples.CONV, azp), asked.stream().map(Candidate::workload).toList());
  }

  @Test
  void byId_replacedBest_isGone() {
    LookupIndex index = new LookupIndex((_, _) -> _ -> true);
    ConfirmedBest first = Samples.best(Samples.CONV, Samples.AVX2, 500);
    ConfirmedBest second =
        ConfirmedBest.choose(
            Samples.CONV,
            Samples.AVX2,
            Samples.figure(1, 1000),
            List.of(Samples.figure(8, 400)),
            Samples.SESSION,
            Samples.NOON.plusSeconds(1));
    index.put(first);
    assertEquals(Optional.of(first.schedule()), index.byId(first.id()).map(KnownBest::schedule));
    index.put(second);
    assertEquals(Optional.empty(), index.byId(first.id()));
    assertEquals(Optional.of(second.id()), index.byId(second.id()).map(KnownBest::id));
  }

  private static void assertSame(
      LookupResult<ConfirmedBest> wanted, LookupResult<IndexedBest> found, String query) {
    assertEquals(wanted.match(), found.match(), query);
    assertEquals(content(wanted.record()), content(found.record()), query);
    assertEquals(distance(wanted), distance(found), query);
  }

  private static List<Object> content(Optional<? extends KnownBest> best) {
    return best.<List<Object>>map(
            b ->
                List.of(
                    b.workload(),
                    b.target(),
                    b.schedule(),
                    b.medianNanos(),
                    b.defaultNanos(),
                    b.confirmedAt(),
                    b.device(),
                    b.id()))
        .orElse(List.of());
  }

  private static OptionalDouble distance(LookupResult<?> result) {
    return result instanceof LookupResult.Nearest<?>(var _, double distance)
        ? OptionalDouble.of(distance)
        : OptionalDouble.empty();
  }

  /** Says no often, the same for the same question. */
  private static Predicate<Candidate> legality(int salt) {
    return c -> ((c.hashCode() ^ salt) & 3) != 0;
  }

  private static Legality spaces(Predicate<Candidate> legal) {
    return (workload, target) -> schedule -> legal.test(new Candidate(workload, target, schedule));
  }

  private static ConfirmedBest best(Random random) {
    int tile = 1 + random.nextInt(3);
    Instant at = Samples.NOON.plusSeconds(random.nextInt(3));
    return ConfirmedBest.choose(
        workload(random),
        TARGETS.get(random.nextInt(TARGETS.size())),
        Samples.figure(9, 1000),
        List.of(Samples.figure(tile, 100 * (1 + random.nextInt(3)))),
        Samples.SESSION,
        at);
  }

  /** Few values of everything, so that all kinds of matches and ties happen. */
  private static Workload workload(Random random) {
    Workload shape =
        switch (random.nextInt(4)) {
          case 0 ->
              Workload.parse(
                  "dense_int8 m=%d k=%d n=10 act=u8 wgt=s8 out=s32"
                      .formatted(1 + random.nextInt(3), 1 << random.nextInt(4)));
          case 1 ->
              Workload.parse(
                  "depthwise_conv2d_NCHWc_int8 n=1 c=%d ih=8 iw=8 m=1 kh=3 kw=3 stride=%s"
                          .formatted(1 << random.nextInt(4), random.nextBoolean() ? "1,1" : "2,2")
                      + " pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32");
          default -> shape(1 << random.nextInt(7), 1 << random.nextInt(4));
        };
    Numerics numbers = shape.numerics();
    if (random.nextInt(3) == 0) {
      numbers = numbers.withRanges(ActRange.U8_0_127, WgtRange.S8_64);
    } else if (random.nextInt(3) == 0) {
      numbers = numbers.withAzp(random.nextInt(3));
    }
    if (random.nextInt(6) == 0) {
      numbers = numbers.withWeights(Optional.of("sha256:" + "ab".repeat(32)));
    }
    return shape.with(numbers);
  }

  private static Workload shape(int ic, int oc) {
    Conv2d conv = (Conv2d) Samples.CONV;
    return new Conv2d(1, ic, oc, conv.window(), 1, Numerics.FULL);
  }
}
