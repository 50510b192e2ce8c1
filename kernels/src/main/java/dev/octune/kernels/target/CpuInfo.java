package dev.octune.kernels.target;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * /proc/cpuinfo of the CPUs this process may use.
 *
 * @param cpus one map of fields per allowed CPU, in the order of the file; never empty
 */
record CpuInfo(List<Map<String, String>> cpus) {
  /** Highest CPU number that is believed: Linux's own limit on x86-64 is 8192. */
  private static final int MAX_CPU = 1 << 16;

  /**
   * Blocks are separated by blank lines. Old ARM kernels list the processors in one block and write
   * their common fields in another, without a number: such fields belong to every CPU.
   */
  static CpuInfo parse(String text, List<Integer> allowed) {
    Map<String, String> shared = new LinkedHashMap<>();
    Map<Integer, Map<String, String>> numbered = new LinkedHashMap<>();
    Map<String, String> current = shared;
    for (String line : text.split("\n", -1)) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        current = shared;
        continue;
      }
      String key = line.substring(0, colon).strip();
      String value = line.substring(colon + 1).strip();
      if (key.equals("processor")) {
        current = new LinkedHashMap<>();
        numbered.put(Integer.parseInt(value), current);
      } else {
        current.put(key, value);
      }
    }
    List<Map<String, String>> cpus = new ArrayList<>();
    numbered.forEach(
        (number, fields) -> {
          if (allowed.contains(number)) {
            Map<String, String> all = new LinkedHashMap<>(shared);
            all.putAll(fields);
            cpus.add(Collections.unmodifiableMap(all));
          }
        });
    // A sandbox may show fewer processors than the mask allows, or none: its common fields remain.
    return new CpuInfo(cpus.isEmpty() ? List.of(shared) : List.copyOf(cpus));
  }

  /** CPU numbers of a list like "0-3,8". */
  static List<Integer> cpuList(String text) {
    List<Integer> cpus = new ArrayList<>();
    if (text.isEmpty()) {
      return cpus;
    }
    for (String range : text.split(",", -1)) {
      int dash = range.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
      int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
      if (first < 0 || last < first || last > MAX_CPU) {
        throw new IllegalStateException("CPU list '%s' is not ascending".formatted(text));
      }
      for (int cpu = first; cpu <= last; cpu++) {
        cpus.add(cpu);
      }
    }
    return cpus;
  }

  /** Flags that every CPU has: a thread may be moved to any of them. */
  Set<String> flags() {
    Set<String> common = null;
    for (Map<String, String> cpu : cpus) {
      String line = first(cpu, "flags", "Features").orElse("");
      Set<String> flags = new TreeSet<>(List.of(line.split(" ", -1)));
      if (common == null) {
        common = flags;
      } else {
        common.retainAll(flags);
      }
    }
    Set<String> found = common == null ? new TreeSet<>() : common;
    found.remove("");
    return found;
  }

  /** What the maker calls it; ARM kernels tell only numbers. */
  String model() {
    Map<String, String> cpu = cpus.getFirst();
    return first(cpu, "model name", "Hardware", "Model")
        .orElseGet(
            () ->
                "implementer %s part %s"
                    .formatted(
                        cpu.getOrDefault("CPU implementer", "unknown"),
                        cpu.getOrDefault("CPU part", "unknown")));
  }

  /** LLVM's name of the core that most of the CPUs are, the first of equals. */
  Optional<String> coreName(Arch arch) {
    Function<Map<String, String>, Optional<String>> name =
        switch (arch) {
          case X86_64 -> CpuInfo::x86;
          case AARCH64 -> CpuInfo::arm;
        };
    Map<String, Long> counts =
        cpus.stream()
            .flatMap(cpu -> name.apply(cpu).stream())
            .collect(
                Collectors.groupingBy(
                    Function.identity(), LinkedHashMap::new, Collectors.counting()));
    long most = counts.values().stream().mapToLong(Long::longValue).max().orElse(0);
    return counts.entrySet().stream()
        .filter(entry -> entry.getValue() == most)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static Optional<String> x86(Map<String, String> cpu) {
    String vendor = cpu.getOrDefault("vendor_id", "");
    int family = number(cpu, "cpu family");
    int model = number(cpu, "model");
    Set<String> flags = Set.copyOf(new TreeSet<>(List.of(flagWords(cpu))));
    return switch (vendor) {
      case "AuthenticAMD", "HygonGenuine" -> CoreNames.amd(family, model);
      case "GenuineIntel" -> CoreNames.intel(family, model, flags);
      default -> Optional.empty();
    };
  }

  private static Optional<String> arm(Map<String, String> cpu) {
    return CoreNames.arm(number(cpu, "CPU implementer"), number(cpu, "CPU part"));
  }

  private static String[] flagWords(Map<String, String> cpu) {
    return cpu.getOrDefault("flags", "").split(" ", -1);
  }

  private static int number(Map<String, String> cpu, String key) {
    try {
      return Integer.decode(cpu.getOrDefault(key, "-1"));
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  private static Optional<String> first(Map<String, String> cpu, String... keys) {
    return Stream.of(keys).filter(cpu::containsKey).map(cpu::get).findFirst();
  }
}
