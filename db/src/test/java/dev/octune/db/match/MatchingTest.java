package dev.octune.db.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.Samples;
import dev.octune.db.match.LookupResult.Compatible;
import dev.octune.db.match.LookupResult.Exact;
import dev.octune.db.match.LookupResult.Nearest;
import dev.octune.db.match.LookupResult.None;
import dev.octune.db.record.ConfirmedBest;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.ActRange;
import dev.octune.kernels.workload.WgtRange;
import dev.octune.kernels.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

final class MatchingTest {
  private static final Workload FULL = Samples.CONV;
  private static final Workload NARROW =
      FULL.with(FULL.numerics().withRanges(ActRange.U8, WgtRange.S8_64));

  @Test
  void find_nothingKnown_isNone() {
    assertEquals(new None<>(), Matching.find(FULL, Samples.AVX2, List.of(), MatchingTest::legal));
  }

  @Test
  void find_exactAndCompatible_prefersExact() {
    ConfirmedBest wide = Samples.best(FULL, Samples.AVX2, 500);
    ConfirmedBest narrow = Samples.best(NARROW, Samples.AVX2, 700);
    assertEquals(
        new Exact<>(narrow),
        Matching.find(NARROW, Samples.AVX2, List.of(wide, narrow), MatchingTest::legal));
  }

  @Test
  void find_queryRangeInside_isCompatible() {
    ConfirmedBest wide = Samples.best(FULL, Samples.AVX2, 500);
    assertEquals(
        new Compatible<>(wide),
        Matching.find(NARROW, Samples.AVX2, List.of(wide), MatchingTest::legal));
  }

  @Test
  void find_queryRangeOutside_isNotCompatible() {
    ConfirmedBest narrow = Samples.best(NARROW, Samples.AVX2, 500);
    LookupResult<ConfirmedBest> found =
        Matching.find(FULL, Samples.AVX2, List.of(narrow), MatchingTest::legal);
    assertEquals(0.5, assertInstanceOf(Nearest.class, found).distance());
  }

  private static final Workload ON_WEIGHTS = naming("ab");
  private static final Workload ON_OTHERS = naming("cd");

  private static Workload naming(String digits) {
    return FULL.with(FULL.numerics().withWeights(Optional.of("sha256:" + digits.repeat(32))));
  }

  @Test
  void find_withWeights_prefersTheirRecordThenTheOneOfAnyWeights() {
    ConfirmedBest any = Samples.best(FULL, Samples.AVX2, 500);
    ConfirmedBest own = Samples.best(ON_WEIGHTS, Samples.AVX2, 700);
    ConfirmedBest others = Samples.best(ON_OTHERS, Samples.AVX2, 300);
    assertEquals(
        new Exact<>(own),
        Matching.find(ON_WEIGHTS, Samples.AVX2, List.of(any, others, own), MatchingTest::legal));
    assertEquals(
        new Compatible<>(any),
        Matching.find(ON_WEIGHTS, Samples.AVX2, List.of(others, any), MatchingTest::legal));
    assertInstanceOf(
        Nearest.class,
        Matching.find(ON_WEIGHTS, Samples.AVX2, List.of(others), MatchingTest::legal));
  }

  @Test
  void find_withoutWeights_neverServesARecordOfParticularOnes() {
    ConfirmedBest own = Samples.best(ON_WEIGHTS, Samples.AVX2, 300);
    assertEquals(
        new None<>(), Matching.find(FULL, Samples.AVX2, List.of(own), MatchingTest::legal));
    ConfirmedBest any = Samples.best(FULL, Samples.AVX2, 500);
    assertEquals(
        new Exact<>(any),
        Matching.find(FULL, Samples.AVX2, List.of(own, any), MatchingTest::legal));
  }

  @Test
  void find_recordNeedsMoreFeatures_isNeverServedUnlessLegalHere() {
    ConfirmedBest vnni = Samples.best(FULL, Samples.VNNI, 100);
    Predicate<Candidate> onlyOnVnni = candidate -> candidate.target().equals(Samples.VNNI);
    assertEquals(new None<>(), Matching.find(FULL, Samples.AVX2, List.of(vnni), onlyOnVnni));
  }

  @Test
  void find_otherThreadCount_isNotCompatible() {
    ConfirmedBest one = Samples.best(FULL, Samples.AVX2, 100);
    LookupResult<ConfirmedBest> found =
        Matching.find(FULL, Samples.AVX2.withThreads(2), List.of(one), MatchingTest::legal);
    assertInstanceOf(Nearest.class, found);
  }

  @Test
  void find_otherArchitecture_isNone() {
    ConfirmedBest x86 = Samples.best(FULL, Samples.AVX2, 100);
    Target arm = Target.parse("aarch64 cpu=cortex-a72 isa=neon threads=1");
    assertEquals(new None<>(), Matching.find(FULL, arm, List.of(x86), MatchingTest::legal));
  }

  @Test
  void find_severalCompatible_prefersTheNearestMachineThenTheFastest() {
    Target sse = Target.parse("x86_64 cpu=znver3 isa=sse2 threads=1");
    ConfirmedBest slow = Samples.best(FULL, Samples.AVX2, 900);
    ConfirmedBest fast =
        Samples.best(FULL, Target.parse("x86_64 cpu=znver2 isa=avx2 threads=1"), 400);
    ConfirmedBest plain = Samples.best(FULL, sse, 300);
    Target query = Target.parse("x86_64 cpu=znver4 isa=avx2 threads=1");
    assertEquals(
        new Compatible<>(fast),
        Matching.find(FULL, query, List.of(plain, slow, fast), MatchingTest::legal));
  }

  @Test
  void find_staleTemplateVersion_isNotServed() {
    ConfirmedBest best = Samples.best(FULL, Samples.AVX2, 500);
    Predicate<Candidate> newerTemplate = candidate -> candidate.schedule().version() == 2;
    assertEquals(new None<>(), Matching.find(FULL, Samples.AVX2, List.of(best), newerTemplate));
  }

  @Test
  void find_nearest_choosesTheClosestLegalShape() {
    ConfirmedBest far = Samples.best(dense(16, 768, 3072), Samples.AVX2, 500);
    ConfirmedBest near = Samples.best(dense(32, 768, 768), Samples.AVX2, 500);
    ConfirmedBest nearer = Samples.best(dense(16, 768, 1000), Samples.AVX2, 500);
    List<ConfirmedBest> known = List.of(far, nearer, near);
    Workload query = dense(16, 768, 768);
    Nearest<?> found =
        assertInstanceOf(
            Nearest.class, Matching.find(query, Samples.AVX2, known, MatchingTest::legal));
    assertEquals(nearer, found.best());
    List<Candidate> asked = new ArrayList<>();
    Predicate<Candidate> secondOnly =
        candidate -> {
          asked.add(candidate);
          return asked.size() == 2;
        };
    Nearest<?> second =
        assertInstanceOf(Nearest.class, Matching.find(query, Samples.AVX2, known, secondOnly));
    assertEquals(near, second.best());
    assertEquals(1.0, second.distance(), 1e-12);
    assertTrue(
        asked.stream().allMatch(c -> c.workload().equals(query)),
        "legality is asked for the query's own space");
  }

  @Test
  void find_otherOperator_isNeverNearest() {
    ConfirmedBest conv = Samples.best(FULL, Samples.AVX2, 500);
    assertEquals(
        new None<>(),
        Matching.find(dense(1, 2, 3), Samples.AVX2, List.of(conv), MatchingTest::legal));
  }

  @Test
  void distance_anyPair_isSymmetricAndZeroForEqual() {
    List<Workload> shapes =
        List.of(
            FULL,
            NARROW,
            Workload.parse(
                "conv2d_NCHWc_int8 n=2 ic=3 ih=224 iw=200 oc=8 kh=7 kw=5 stride=2,2 pad=3,3,3,3"
                    + " dilation=1,1 act=u8 wgt=u8 wzp=7 out=s32"));
    for (Workload a : shapes) {
      for (Workload b : shapes) {
        ShapePoint at = ShapePoint.of(a, Samples.AVX2);
        ShapePoint other = ShapePoint.of(b, Samples.AVX2);
        assertEquals(at.distance(other), other.distance(at));
        assertEquals(a.equals(b), at.distance(other) == 0);
        assertFalse(ShapePoint.isBeyond(at.height() - other.height(), at.distance(other)));
      }
    }
  }

  private static boolean legal(Candidate candidate) {
    return candidate.schedule().version() == 1;
  }

  private static Workload dense(int m, int k, int n) {
    return Workload.parse("dense_int8 m=%d k=%d n=%d act=u8 wgt=s8 out=s32".formatted(m, k, n));
  }
}
