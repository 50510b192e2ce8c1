package dev.octune.kernels.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HostTest {
  private static final String AVX2_FLAGS =
      "fpu sse sse2 ssse3 sse4_1 fma movbe popcnt f16c avx bmi1 avx2 bmi2 abm";
  private static final String AVX512_FLAGS =
      AVX2_FLAGS + " avx512f avx512dq avx512cd avx512bw avx512vl";

  @TempDir Path root;

  @Test
  void read_recordedZen4_givesItsCoreIsaAndCaches() throws IOException {
    cpuinfo(resource("epyc-zen4.cpuinfo"));
    status("0-1");
    cache(0, 0, "1", "Data", "32K", "0");
    cache(0, 1, "1", "Instruction", "32K", "0");
    cache(0, 2, "2", "Unified", "1024K", "0");
    cache(0, 3, "3", "Unified", "32M", "0-1");

    Host host = Host.read("amd64", root);

    assertEquals("x86_64 cpu=znver4 isa=avx512vnni threads=1", host.target().text());
    assertEquals("AMD EPYC", host.model());
    assertEquals(List.of(0, 1), host.allowedCpus());
    assertEquals(32 << 10, host.dataCacheBytes(1).orElseThrow());
    assertEquals(1 << 20, host.dataCacheBytes(2).orElseThrow());
    assertEquals(32 << 20, host.dataCacheBytes(3).orElseThrow());
    assertTrue(host.dataCacheBytes(4).isEmpty());
    assertEquals(
        new Host.Cache(3, Host.CacheType.UNIFIED, 32 << 20, 64, List.of(0, 1)),
        host.caches().getLast());
    assertTrue(host.flags().contains("avx512_vnni"));
  }

  @Test
  void detect_thisMachine_runsItsOwnTarget() {
    Host host = Host.detect();

    assertTrue(host.runs(host.target()), host.toString());
    assertFalse(host.allowedCpus().isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "AuthenticAMD, 23, 1, znver1",
    "AuthenticAMD, 23, 49, znver2",
    "AuthenticAMD, 25, 1, znver3",
    "AuthenticAMD, 25, 33, znver3",
    "AuthenticAMD, 25, 80, znver3",
    "AuthenticAMD, 25, 17, znver4",
    "AuthenticAMD, 25, 97, znver4",
    "AuthenticAMD, 25, 160, znver4",
    "AuthenticAMD, 26, 2, znver5",
    "AuthenticAMD, 99, 2, x86-64-v3",
    "HygonGenuine, 24, 1, znver1",
    "GenuineIntel, 6, 60, haswell",
    "GenuineIntel, 6, 79, broadwell",
    "GenuineIntel, 6, 158, skylake",
    "GenuineIntel, 6, 85, skylake-avx512",
    "GenuineIntel, 6, 151, alderlake",
    "GenuineIntel, 6, 190, gracemont",
    "GenuineIntel, 6, 250, x86-64-v3",
    "GenuineIntel, 15, 6, x86-64-v3",
    "CentaurHauls, 6, 15, x86-64-v3",
  })
  void read_x86Numbers_giveLlvmsCoreName(String vendor, int family, int model, String core)
      throws IOException {
    cpuinfo(x86(vendor, family, model, AVX2_FLAGS));
    status("0");

    assertEquals(
        "x86_64 cpu=" + core + " isa=avx2 threads=1", Host.read("amd64", root).target().text());
  }

  @ParameterizedTest
  @CsvSource({
    "85, '', skylake-avx512, avx512bw",
    "85, avx512_vnni, cascadelake, avx512vnni",
    "85, avx512_vnni avx512_bf16, cooperlake, avx512vnni",
    "106, avx512_vnni, icelake-server, avx512vnni",
    "143, avx512_vnni avx_vnni amx_int8, sapphirerapids, avx512vnni",
    "143, avx512_vnni avx_vnni amx_tile amx_int8, sapphirerapids, amxint8",
  })
  void read_intelServer_isaFollowsTheFlags(int model, String more, String core, String isa)
      throws IOException {
    cpuinfo(x86("GenuineIntel", 6, model, AVX512_FLAGS + " " + more));
    status("0");

    assertEquals(
        "x86_64 cpu=%s isa=%s threads=1".formatted(core, isa),
        Host.read("amd64", root).target().text());
  }

  @Test
  void read_noAvx2_isSse41AndNoError() throws IOException {
    cpuinfo(x86("GenuineIntel", 6, 0x3a, "fpu sse sse2 ssse3 sse4_1 sse4_2 avx"));
    status("0");

    Host host = Host.read("amd64", root);

    assertEquals("x86_64 cpu=ivybridge isa=sse41 threads=1", host.target().text());
    assertFalse(host.runs(Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1")));
    assertTrue(host.runs(Target.parse("x86_64 cpu=znver3 isa=sse2 threads=1")));
  }

  @Test
  void read_oldestX86_isSse2() throws IOException {
    cpuinfo(x86("AuthenticAMD", 15, 5, "fpu sse sse2 pni"));
    status("0");

    assertEquals("x86_64 cpu=x86-64 isa=sse2 threads=1", Host.read("amd64", root).target().text());
  }

  @Test
  void read_alderLake_isAvxVnniAndRunsAvx2() throws IOException {
    cpuinfo(x86("GenuineIntel", 6, 151, AVX2_FLAGS + " avx_vnni"));
    status("0");

    Host host = Host.read("amd64", root);

    assertEquals("x86_64 cpu=alderlake isa=avxvnni threads=1", host.target().text());
    assertTrue(host.runs(Target.parse("x86_64 cpu=haswell isa=avx2 threads=1")));
    assertFalse(host.runs(Target.parse("x86_64 cpu=znver4 isa=avx512vnni threads=1")));
  }

  /** Sapphire Rapids has both kinds of VNNI: its own target names one, it runs either. */
  @Test
  void runs_bothKindsOfVnni_either() throws IOException {
    cpuinfo(x86("GenuineIntel", 6, 143, AVX512_FLAGS + " avx512_vnni avx_vnni"));
    status("0");

    Host host = Host.read("amd64", root);

    assertEquals(Isa.AVX512VNNI, host.target().isa());
    assertTrue(host.runs(Target.parse("x86_64 cpu=alderlake isa=avxvnni threads=1")));
  }

  @Test
  void read_avx2WithoutBmi2_isSse41BecauseLlvmsLevelHasIt() throws IOException {
    cpuinfo(x86("GenuineIntel", 6, 60, AVX2_FLAGS.replace(" bmi2", "")));
    status("0");

    assertEquals(Isa.SSE41, Host.read("amd64", root).target().isa());
  }

  /** A virtual machine on a Zen 5 that does not offer lzcnt. */
  @Test
  void read_avx512WithoutLzcnt_isAvx512() throws IOException {
    cpuinfo(x86("AuthenticAMD", 26, 2, AVX512_FLAGS.replace(" abm", "") + " avx512_vnni avx_vnni"));
    status("0");

    assertEquals(
        "x86_64 cpu=znver5 isa=avx512vnni threads=1", Host.read("amd64", root).target().text());
  }

  /** What a level does not ask of a machine, its code may not use. */
  @ParameterizedTest
  @EnumSource(Isa.class)
  void osFlags_withoutLzcnt_llvmIsToldSo(Isa isa) {
    boolean levelHasIt = Set.of("x86-64-v3", "x86-64-v4").contains(isa.llvmCpu());

    assertEquals(
        levelHasIt && !isa.osFlags().contains("abm"),
        List.of(isa.llvmFeatures().split(",", -1)).contains("-lzcnt"));
  }

  @ParameterizedTest
  @CsvSource({
    "0x41, 0xd03, fp asimd evtstrm, cortex-a53, neon",
    "0x41, 0xd05, fp asimd asimddp, cortex-a55, dotprod",
    "0x41, 0xd08, fp asimd, cortex-a72, neon",
    "0x41, 0xd0b, fp asimd asimddp, cortex-a76, dotprod",
    "0x41, 0xd0c, fp asimd asimddp, neoverse-n1, dotprod",
    "0x41, 0xd40, fp asimd asimddp sve i8mm, neoverse-v1, dotprod",
    "0x51, 0x804, fp asimd asimddp, cortex-a76, dotprod",
    "0xff, 0x001, fp asimd, generic, neon",
  })
  void read_armNumbers_giveLlvmsCoreName(
      String implementer, String part, String features, String core, String isa)
      throws IOException {
    cpuinfo(arm(0, implementer, part, features) + arm(1, implementer, part, features));
    status("0-1");

    Host host = Host.read("aarch64", root);

    assertEquals("aarch64 cpu=%s isa=%s threads=1".formatted(core, isa), host.target().text());
    assertEquals("implementer " + implementer + " part " + part, host.model());
    assertEquals(List.of(), host.caches());
  }

  @Test
  void read_bigLittle_namesTheAllowedCoresAndOnlyCommonFlags() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int cpu = 0; cpu < 8; cpu++) {
      text.append(
          cpu < 4
              ? arm(cpu, "0x41", "0xd03", "fp asimd crc32")
              : arm(cpu, "0x41", "0xd0b", "fp asimd asimddp"));
    }
    cpuinfo(text.toString());

    status("0-7");
    Host all = Host.read("aarch64", root);
    status("4-6");
    Host big = Host.read("aarch64", root);

    assertEquals("aarch64 cpu=cortex-a53 isa=neon threads=1", all.target().text());
    assertEquals(Set.of("fp", "asimd"), all.flags());
    assertEquals("aarch64 cpu=cortex-a76 isa=dotprod threads=1", big.target().text());
    assertEquals(List.of(4, 5, 6), big.allowedCpus());
  }

  @Test
  void read_oldArmKernel_takesFieldsFromTheSharedBlock() throws IOException {
    cpuinfo(
        """
        Processor	: AArch64 Processor rev 4 (aarch64)
        processor	: 0
        processor	: 1

        Features	: fp asimd crc32
        CPU implementer	: 0x41
        CPU part	: 0xd03

        Hardware	: Some Board
        """);
    status("0-1");

    Host host = Host.read("aarch64", root);

    assertEquals("aarch64 cpu=cortex-a53 isa=neon threads=1", host.target().text());
    assertEquals("Some Board", host.model());
  }

  @Test
  void runs_moreThreadsThanCpus_isFalse() throws IOException {
    cpuinfo(x86("AuthenticAMD", 25, 1, AVX2_FLAGS));
    status("3,5-6");

    Host host = Host.read("amd64", root);

    assertEquals(List.of(3, 5, 6), host.allowedCpus());
    assertTrue(host.runs(host.target().withThreads(3)));
    assertFalse(host.runs(host.target().withThreads(4)));
    assertFalse(host.runs(Target.parse("aarch64 cpu=generic isa=neon threads=1")));
  }

  @Test
  void read_unknownArchitecture_saysWhichAreKnown() {
    var e = assertThrows(UnsupportedOperationException.class, () -> Host.read("riscv64", root));

    assertEquals(
        "Machine with architecture 'riscv64' can't be tuned on. Mend: use one of x86_64, aarch64",
        e.getMessage());
  }

  @Test
  void read_withoutProc_saysWhatIsMissing() {
    var e = assertThrows(UncheckedIOException.class, () -> Host.read("amd64", root));

    assertEquals(
        "Machine description %s can't be read. Mend: run on Linux with /proc mounted"
            .formatted(root.resolve("proc/self/status")),
        e.getMessage());
  }

  private static String x86(String vendor, int family, int model, String flags) {
    StringBuilder text = new StringBuilder();
    for (int cpu = 0; cpu < 8; cpu++) {
      text.append(
          """
          processor	: %d
          vendor_id	: %s
          cpu family	: %d
          model		: %d
          model name	: A Processor @ 3.00GHz
          flags		: %s
          bugs		: spectre_v1

          """
              .formatted(cpu, vendor, family, model, flags));
    }
    return text.toString();
  }

  private static String arm(int cpu, String implementer, String part, String features) {
    return """
    processor	: %d
    BogoMIPS	: 108.00
    Features	: %s
    CPU implementer	: %s
    CPU architecture: 8
    CPU variant	: 0x4
    CPU part	: %s
    CPU revision	: 1

    """
        .formatted(cpu, features, implementer, part);
  }

  private void cpuinfo(String text) throws IOException {
    write(root.resolve("proc/cpuinfo"), text);
  }

  private void status(String cpus) throws IOException {
    write(
        root.resolve("proc/self/status"),
        "Name:\tjava\nCpus_allowed:\tff\nCpus_allowed_list:\t" + cpus + "\n");
  }

  private void cache(int cpu, int index, String level, String type, String size, String shared)
      throws IOException {
    Path folder = root.resolve("sys/devices/system/cpu/cpu" + cpu + "/cache/index" + index);
    write(folder.resolve("level"), level + "\n");
    write(folder.resolve("type"), type + "\n");
    write(folder.resolve("size"), size + "\n");
    write(folder.resolve("coherency_line_size"), "64\n");
    write(folder.resolve("shared_cpu_list"), shared + "\n");
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = HostTest.class.getResourceAsStream("/target/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
