package dev.octune.workers.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.workers.toolchain.Toolchain;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each leaf compiled for a processor that has it, or is the first to have it: the assembly must
 * multiply by the leaf's instruction, in the leaf's registers, and by no other.
 */
final class LeafAssemblyIT {
  private static final List<String> NUMERICS =
      List.of("act=u8 wgt=s8", "act=u8[0,127] wgt=s8[-32,32]", "act=u8 wgt=u8 wzp=3");

  private static final String CONV =
      "conv2d_NCHWc_int8 n=1 ic=64 ih=14 iw=14 oc=64 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
          + " dilation=1,1 %s out=s32";

  private static final String DEPTHWISE =
      "depthwise_conv2d_NCHWc_int8 n=1 c=64 ih=14 iw=14 m=1 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
          + " dilation=1,1 %s out=s32";

  private static final String PRODUCT = "dense_int8 m=1 k=512 n=256 %s out=s32";

  /** Instructions on vectors that multiply; those on scalars are addresses. */
  private static final Pattern MULTIPLICATION =
      Pattern.compile("\\s(\\w*(?:mul|madd|mla|mls|dot|pdp|tdp)\\w*)\\s.*(?:[xyzt]mm|\\bv)\\d");

  private static Builder builder;

  @BeforeAll
  static void start() throws Exception {
    builder =
        Builder.start(
            Toolchain.locate(), new BuilderSettings(1, BuilderSettings.DEFAULT_LIMIT, Set.of()));
  }

  @AfterAll
  static void stop() {
    builder.close();
  }

  @ParameterizedTest
  @CsvSource({
    "sse2, x86-64, sse2_s16, pmaddwd, xmm",
    "sse41, penryn, sse41_s16, pmaddwd, xmm",
    "sse41, penryn, sse41_s16w8, pmaddwd, xmm",
    "sse41, nehalem, sse41_maddubs, pmaddubsw pmaddwd, xmm",
    "sse41, nehalem, sse41_maddubs2, pmaddubsw pmaddwd, xmm",
    "sse41, nehalem, sse41_maddubs4, pmaddubsw pmaddwd, xmm",
    "avx2, haswell, avx2_s16, vpmaddwd, ymm",
    "avx2, znver3, avx2_s16w8, vpmaddwd, ymm",
    "avx2, znver3, avx2_maddubs, vpmaddubsw vpmaddwd, ymm",
    "avx2, znver3, avx2_maddubs2, vpmaddubsw vpmaddwd, ymm",
    "avx2, znver3, avx2_maddubs4, vpmaddubsw vpmaddwd, ymm",
    "avxvnni, alderlake, avxvnni, vpdpbusd, ymm",
    "avxvnni, alderlake, avxvnni_s16, vpdpwssd, ymm",
    "avx512bw, skylake-avx512, avx512bw_s16, vpmaddwd, zmm",
    "avx512bw, skylake-avx512, avx512bw_s16w8, vpmaddwd, zmm",
    "avx512bw, skylake-avx512, avx512bw_s16_256, vpmaddwd, ymm",
    "avx512bw, skylake-avx512, avx512bw_maddubs, vpmaddubsw vpmaddwd, zmm",
    "avx512bw, skylake-avx512, avx512bw_maddubs2, vpmaddubsw vpmaddwd, zmm",
    "avx512bw, skylake-avx512, avx512bw_maddubs4, vpmaddubsw vpmaddwd, zmm",
    "avx512bw, skylake-avx512, avx512bw_maddubs_256, vpmaddubsw vpmaddwd, ymm",
    "avx512vnni, sapphirerapids, avx512_vnni, vpdpbusd, zmm",
    "avx512vnni, znver4, avx512_vnni_256, vpdpbusd, ymm",
    "avx512vnni, icelake-server, avx512_vnni_s16, vpdpwssd, zmm",
    "amxint8, sapphirerapids, amx_int8, tdpbusd, tmm",
    "neon, cortex-a72, neon_smull, smull, v",
    "dotprod, cortex-a76, neon_sdot, sdot, v",
  })
  void contraction_ofALeaf_multipliesByItsInstructionOnly(
      String isa, String cpu, String leaf, String mnemonics, String register) throws Exception {
    assertMultiplies(CONV, isa, cpu, leaf, mnemonics, register);
  }

  @ParameterizedTest
  @CsvSource({
    "sse2, x86-64, sse2_s16, pmaddwd, xmm",
    "sse41, nehalem, sse41_maddubs, pmaddubsw pmaddwd, xmm",
    "avx2, haswell, avx2_s16, vpmaddwd, ymm",
    "avx2, haswell, avx2_maddubs, vpmaddubsw vpmaddwd, ymm",
    "avxvnni, alderlake, avxvnni, vpdpbusd, ymm",
    "avx512bw, skylake-avx512, avx512_s16, vpmaddwd, zmm",
    "avx512bw, skylake-avx512, avx512bw_maddubs, vpmaddubsw vpmaddwd, zmm",
    "avx512vnni, sapphirerapids, avx512_vnni, vpdpbusd, zmm",
    "avx512vnni, znver4, avx512vl_vnni, vpdpbusd, ymm",
    "dotprod, cortex-a76, neon_sdot, sdot, v",
  })
  void depthwise_ofALeaf_multipliesByItsInstructionOnly(
      String isa, String cpu, String leaf, String mnemonics, String register) throws Exception {
    assertMultiplies(DEPTHWISE, isa, cpu, leaf, mnemonics, register);
  }

  @ParameterizedTest
  @CsvSource({
    "sse41, nehalem, sse41_nibbles, pmaddubsw pmaddwd, xmm",
    "avx2, znver3, avx2_nibbles, vpmaddubsw vpmaddwd, ymm",
    "avx512bw, skylake-avx512, avx512bw_nibbles, vpmaddubsw vpmaddwd, zmm",
  })
  void product_ofALeaf_multipliesByItsInstructionOnly(
      String isa, String cpu, String leaf, String mnemonics, String register) throws Exception {
    assertMultiplies(PRODUCT, isa, cpu, leaf, mnemonics, register);
  }

  private static void assertMultiplies(
      String shape, String isa, String cpu, String leaf, String mnemonics, String register)
      throws Exception {
    String arch = isa.equals("neon") || isa.equals("dotprod") ? "aarch64" : "x86_64";
    Target target = Target.parse("%s cpu=%s isa=%s threads=1".formatted(arch, cpu, isa));
    Candidate candidate = first(shape, target, leaf);
    List<String> lines =
        assembly(candidate).lines().filter(line -> MULTIPLICATION.matcher(line).find()).toList();

    Set<String> found = new TreeSet<>();
    for (String line : lines) {
      var matcher = MULTIPLICATION.matcher(line);
      assertTrue(matcher.find(), line);
      found.add(matcher.group(1));
      assertTrue(line.contains(register), line);
    }
    assertEquals(
        new TreeSet<>(Arrays.asList(mnemonics.split(" ", -1))), found, candidate.toString());
  }

  /** The default where it has the leaf, else the first point of the first space that has it. */
  private static Candidate first(String shape, Target target, String leaf) {
    KernelLibrary library = KernelLibrary.standard();
    for (String numerics : NUMERICS) {
      Workload workload = Workload.parse(shape.formatted(numerics));
      Schedule start = library.defaultSchedule(workload, target);
      if (start.choice("leaf").equals(leaf)) {
        return new Candidate(workload, target, start);
      }
      ConfigSpace space = library.space(workload, target);
      var point =
          IntStream.range(0, space.size())
              .mapToObj(space::at)
              .filter(schedule -> schedule.choice("leaf").equals(leaf))
              .findFirst();
      if (point.isPresent()) {
        return new Candidate(workload, target, point.orElseThrow());
      }
    }
    return fail("no space of " + target + " has the leaf " + leaf);
  }

  private static String assembly(Candidate candidate) throws InterruptedException {
    BuildRequest request =
        new BuildRequest(
            candidate.target().isa(), KernelLibrary.standard().emit(candidate).runIr());
    return builder.emit(request, Output.ASSEMBLY)
            instanceof BuildResult.Built<byte[]>(byte[] text, long _)
        ? new String(text, StandardCharsets.UTF_8)
        : fail("no assembly of " + candidate);
  }
}
