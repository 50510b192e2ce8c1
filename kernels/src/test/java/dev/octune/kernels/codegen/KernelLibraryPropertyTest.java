package dev.octune.kernels.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Output;
import dev.octune.kernels.workload.RandomWorkloads;
import dev.octune.kernels.workload.Workload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every template promises, on random small workloads. */
class KernelLibraryPropertyTest {
  private static final long SEED = 20_261_122;
  private static final int WORKLOADS = 40;
  private static final int SCHEDULES = 8;

  private final KernelLibrary library = KernelLibrary.standard();

  @ParameterizedTest
  @EnumSource(Isa.class)
  void emit_sameLayout_samePackingAndSizes(Isa isa) {
    SplittableRandom random = new SplittableRandom(SEED);
    Target target = new Target(isa.arch(), isa.llvmCpu(), isa, 1);
    int shared = 0;
    for (Workload workload : covered(random, target)) {
      ConfigSpace space = library.space(workload, target);
      Map<String, KernelSource> byLayout = new HashMap<>();
      for (int i = 0; i < SCHEDULES; i++) {
        KernelSource source =
            library.emit(new Candidate(workload, target, space.at(random.nextInt(space.size()))));
        KernelSource same = byLayout.putIfAbsent(source.layout(), source);
        if (same != null) {
          shared++;
          assertEquals(same.packIr(), source.packIr(), source.layout());
          assertEquals(
              List.of(same.actBytes(), same.wgtBytes(), same.outBytes()),
              List.of(source.actBytes(), source.wgtBytes(), source.outBytes()),
              source.layout());
        }
      }
    }
    assertTrue(shared > WORKLOADS, "too few shared layouts: " + shared);
  }

  @ParameterizedTest
  @EnumSource(Isa.class)
  void contains_anySchedule_isWhatTheSpaceSays(Isa isa) {
    SplittableRandom random = new SplittableRandom(SEED);
    Target target = new Target(isa.arch(), isa.llvmCpu(), isa, 1);
    List<Workload> workloads = covered(random, target);
    Map<Boolean, Integer> verdicts = new HashMap<>();
    for (Workload workload : workloads) {
      ConfigSpace space = library.space(workload, target);
      for (Workload other : workloads) {
        ConfigSpace theirs = library.space(other, target);
        Schedule schedule = theirs.at(random.nextInt(theirs.size()));
        boolean contains = library.contains(new Candidate(workload, target, schedule));
        assertEquals(space.contains(schedule), contains, schedule + " of " + workload);
        verdicts.merge(contains, 1, Integer::sum);
      }
    }
    assertTrue(
        verdicts.getOrDefault(true, 0) > WORKLOADS && verdicts.getOrDefault(false, 0) > WORKLOADS,
        "too much alike: " + verdicts);
  }

  @ParameterizedTest
  @EnumSource(Isa.class)
  void emit_sameCandidate_isTheSameText(Isa isa) {
    SplittableRandom random = new SplittableRandom(SEED);
    Target target = new Target(isa.arch(), isa.llvmCpu(), isa, 1);
    for (Workload workload : covered(random, target)) {
      Candidate candidate =
          new Candidate(workload, target, library.defaultSchedule(workload, target));
      assertTrue(library.space(workload, target).contains(candidate.schedule()));
      assertEquals(library.emit(candidate), library.emit(candidate));
    }
  }

  private static Workload requantized(Workload workload, SplittableRandom random) {
    Output[] outputs = Output.values();
    Output out = outputs[random.nextInt(outputs.length)];
    return workload.with(workload.numerics().withOut(out));
  }

  private List<Workload> covered(SplittableRandom random, Target target) {
    return java.util.stream.Stream.generate(() -> RandomWorkloads.small(random))
        .map(workload -> random.nextInt(3) > 0 ? workload : requantized(workload, random))
        .filter(workload -> library.uncovered(workload, target).isEmpty())
        .limit(WORKLOADS)
        .toList();
  }
}
