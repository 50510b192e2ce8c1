package dev.octune.kernels.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.text.TextException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TargetTest {
  @ParameterizedTest
  @EnumSource(Isa.class)
  void parse_canonicalText_givesTheSameTarget(Isa isa) {
    Target target = new Target(isa.arch(), isa.llvmCpu(), isa, 4);

    assertEquals(target, Target.parse(target.text()));
  }

  @Test
  void parse_withoutThreads_isOneThread() {
    assertEquals(
        "x86_64 cpu=znver3 isa=avx2 threads=1", Target.parse("x86_64 isa=avx2 cpu=znver3").text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mips cpu=a isa=avx2 | target 'mips cpu=a isa=avx2': architecture 'mips' is not known."
            + " Mend: start with one of x86_64, aarch64",
        "x86_64 cpu=a isa=avx1 | target 'x86_64 cpu=a isa=avx1': 'isa=avx1' is not known."
            + " Mend: use one of sse2, sse41, avx2, avxvnni,"
            + " avx512bw, avx512vnni, amxint8, neon, dotprod",
        "x86_64 cpu=a isa=neon | target 'x86_64 cpu=a isa=neon': isa neon is not one of x86_64,"
            + " but of aarch64. Mend: correct the target",
        "x86_64 isa=avx2 | target 'x86_64 isa=avx2': 'cpu' is missing. Mend: add cpu=…",
        "x86_64 cpu=a;b isa=avx2 | target 'x86_64 cpu=a;b isa=avx2': cpu 'a;b' is not a core name."
            + " Mend: correct the target",
        "x86_64 cpu=a isa=avx2 threads=0 | target 'x86_64 cpu=a isa=avx2 threads=0': 'threads' is"
            + " 0, must be in [1, 256]. Mend: correct the number",
        "x86_64 cpu=a isa=avx2 gpu=1 | target 'x86_64 cpu=a isa=avx2 gpu=1': 'gpu' means nothing"
            + " here. Mend: remove that field",
      })
  void parse_wrongText_saysWhatWhereAndHowToMend(String text, String message) {
    assertEquals(message, assertThrows(TextException.class, () -> Target.parse(text)).getMessage());
  }

  @Test
  void runs_lowerIsaSameThreads_only() {
    Target avx2 = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=2");

    assertTrue(avx2.runs(avx2));
    assertTrue(avx2.runs(Target.parse("x86_64 cpu=haswell isa=sse2 threads=2")));
    assertFalse(avx2.runs(avx2.withThreads(1)));
    assertFalse(avx2.runs(Target.parse("x86_64 cpu=znver4 isa=avx512vnni threads=2")));
    assertFalse(avx2.runs(Target.parse("aarch64 cpu=generic isa=neon threads=2")));
    Target vnni = Target.parse("x86_64 cpu=znver4 isa=avx512vnni threads=1");
    assertTrue(vnni.runs(Target.parse("x86_64 cpu=skylake-avx512 isa=avx512bw threads=1")));
    assertFalse(vnni.runs(Target.parse("x86_64 cpu=alderlake isa=avxvnni threads=1")));
  }

  @ParameterizedTest
  @EnumSource(Isa.class)
  void osFlags_higherLevel_holdThoseOfWhatItCovers(Isa isa) {
    for (Isa other : Isa.values()) {
      assertEquals(
          isa.covers(other),
          isa.arch() == other.arch() && isa.osFlags().containsAll(other.osFlags()),
          isa + " and " + other);
    }
  }
}
