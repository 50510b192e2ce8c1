package dev.octune.kernels.target;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The numbers that processors identify themselves with, and LLVM's names for them (LLVM 20,
 * TargetParser/Host.cpp). A number that is not here is no error: the code is then tuned for the
 * instruction set's baseline.
 */
final class CoreNames {
  private static final int INTEL_FAMILY = 6;
  private static final int SKYLAKE_SERVER_MODEL = 0x55;

  private static final Map<Integer, String> INTEL =
      Map.<Integer, String>ofEntries(
          name(0x1a, "nehalem"),
          name(0x1e, "nehalem"),
          name(0x2e, "nehalem"),
          name(0x25, "westmere"),
          name(0x2c, "westmere"),
          name(0x2f, "westmere"),
          name(0x2a, "sandybridge"),
          name(0x2d, "sandybridge"),
          name(0x3a, "ivybridge"),
          name(0x3e, "ivybridge"),
          name(0x3c, "haswell"),
          name(0x3f, "haswell"),
          name(0x45, "haswell"),
          name(0x46, "haswell"),
          name(0x3d, "broadwell"),
          name(0x47, "broadwell"),
          name(0x4f, "broadwell"),
          name(0x56, "broadwell"),
          name(0x4e, "skylake"),
          name(0x5e, "skylake"),
          name(0x8e, "skylake"),
          name(0x9e, "skylake"),
          name(0xa5, "skylake"),
          name(0xa6, "skylake"),
          name(0x66, "cannonlake"),
          name(0x7d, "icelake-client"),
          name(0x7e, "icelake-client"),
          name(0x6a, "icelake-server"),
          name(0x6c, "icelake-server"),
          name(0x8c, "tigerlake"),
          name(0x8d, "tigerlake"),
          name(0xa7, "rocketlake"),
          name(0x97, "alderlake"),
          name(0x9a, "alderlake"),
          name(0xbf, "raptorlake"),
          name(0xb7, "raptorlake"),
          name(0xba, "raptorlake"),
          name(0xaa, "meteorlake"),
          name(0xac, "meteorlake"),
          name(0xc5, "arrowlake"),
          name(0xb5, "arrowlake-s"),
          name(0xc6, "arrowlake-s"),
          name(0xbd, "lunarlake"),
          name(0xcc, "pantherlake"),
          name(0x8f, "sapphirerapids"),
          name(0xcf, "emeraldrapids"),
          name(0xad, "graniterapids"),
          name(0xae, "graniterapids-d"),
          name(0xaf, "sierraforest"),
          name(0xb6, "grandridge"),
          name(0xbe, "gracemont"),
          name(0x86, "tremont"),
          name(0x96, "tremont"),
          name(0x9c, "tremont"),
          name(0x7a, "goldmont-plus"),
          name(0x5c, "goldmont"),
          name(0x5f, "goldmont"),
          name(0x57, "knl"),
          name(0x85, "knm"));

  /** Key: implementer · 2^16 + part. */
  private static final Map<Integer, String> ARM =
      Map.<Integer, String>ofEntries(
          part(0x41, 0xd02, "cortex-a34"),
          part(0x41, 0xd03, "cortex-a53"),
          part(0x41, 0xd04, "cortex-a35"),
          part(0x41, 0xd05, "cortex-a55"),
          part(0x41, 0xd06, "cortex-a65"),
          part(0x41, 0xd07, "cortex-a57"),
          part(0x41, 0xd08, "cortex-a72"),
          part(0x41, 0xd09, "cortex-a73"),
          part(0x41, 0xd0a, "cortex-a75"),
          part(0x41, 0xd0b, "cortex-a76"),
          part(0x41, 0xd0c, "neoverse-n1"),
          part(0x41, 0xd0d, "cortex-a77"),
          part(0x41, 0xd0e, "cortex-a76ae"),
          part(0x41, 0xd40, "neoverse-v1"),
          part(0x41, 0xd41, "cortex-a78"),
          part(0x41, 0xd42, "cortex-a78ae"),
          part(0x41, 0xd44, "cortex-x1"),
          part(0x41, 0xd46, "cortex-a510"),
          part(0x41, 0xd47, "cortex-a710"),
          part(0x41, 0xd48, "cortex-x2"),
          part(0x41, 0xd49, "neoverse-n2"),
          part(0x41, 0xd4a, "neoverse-e1"),
          part(0x41, 0xd4b, "cortex-a78c"),
          part(0x41, 0xd4c, "cortex-x1c"),
          part(0x41, 0xd4d, "cortex-a715"),
          part(0x41, 0xd4e, "cortex-x3"),
          part(0x41, 0xd4f, "neoverse-v2"),
          part(0x41, 0xd80, "cortex-a520"),
          part(0x41, 0xd81, "cortex-a720"),
          part(0x41, 0xd82, "cortex-x4"),
          part(0x41, 0xd84, "neoverse-v3"),
          part(0x41, 0xd85, "cortex-x925"),
          part(0x41, 0xd87, "cortex-a725"),
          part(0x41, 0xd8e, "neoverse-n3"),
          part(0x43, 0x0a1, "thunderxt88"),
          part(0x43, 0x0af, "thunderx2t99"),
          part(0x46, 0x001, "a64fx"),
          part(0x48, 0xd01, "tsv110"),
          part(0x48, 0xd40, "cortex-a76"),
          part(0x4e, 0x004, "carmel"),
          part(0x51, 0x001, "oryon-1"),
          part(0x51, 0x800, "cortex-a73"),
          part(0x51, 0x801, "cortex-a73"),
          part(0x51, 0x802, "cortex-a75"),
          part(0x51, 0x803, "cortex-a75"),
          part(0x51, 0x804, "cortex-a76"),
          part(0x51, 0x805, "cortex-a76"),
          part(0x61, 0x022, "apple-m1"),
          part(0x61, 0x023, "apple-m1"),
          part(0x61, 0x032, "apple-m2"),
          part(0x61, 0x033, "apple-m2"),
          part(0xc0, 0xac3, "ampere1"),
          part(0xc0, 0xac4, "ampere1a"),
          part(0xc0, 0xac5, "ampere1b"));

  private CoreNames() {}

  /** AMD and Hygon; model ranges as AMD assigned them to core generations. */
  static Optional<String> amd(int family, int model) {
    return switch (family) {
      case 0x15 -> model >= 0x60 && model <= 0x7f ? Optional.of("bdver4") : Optional.empty();
      case 0x17 -> Optional.of(model >= 0x30 ? "znver2" : "znver1");
      case 0x18 -> Optional.of("znver1");
      case 0x19 -> Optional.of(isZen4(model) ? "znver4" : "znver3");
      case 0x1a -> Optional.of("znver5");
      default -> Optional.empty();
    };
  }

  static Optional<String> intel(int family, int model, Set<String> flags) {
    if (family != INTEL_FAMILY) {
      return Optional.empty();
    }
    if (model == SKYLAKE_SERVER_MODEL) {
      return Optional.of(
          flags.contains("avx512_bf16")
              ? "cooperlake"
              : flags.contains("avx512_vnni") ? "cascadelake" : "skylake-avx512");
    }
    return Optional.ofNullable(INTEL.get(model));
  }

  static Optional<String> arm(int implementer, int part) {
    return Optional.ofNullable(ARM.get(implementer << 16 | part));
  }

  private static boolean isZen4(int model) {
    return (model >= 0x10 && model <= 0x1f)
        || (model >= 0x60 && model <= 0x7f)
        || (model >= 0xa0 && model <= 0xaf);
  }

  private static Map.Entry<Integer, String> name(int model, String llvmName) {
    return Map.entry(model, llvmName);
  }

  private static Map.Entry<Integer, String> part(int implementer, int part, String llvmName) {
    return Map.entry(implementer << 16 | part, llvmName);
  }
}
