package dev.octune.kernels.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The machine this process runs on, as its operating system describes it: what it can run, and on
 * which CPUs it may. Immutable.
 *
 * @param target the best instruction set of this machine, one thread
 * @param model what the maker calls the processor, for people
 * @param flags instruction-set flags in Linux's spelling that all allowed CPUs have, sorted
 * @param caches of the first allowed CPU; empty where the system does not tell
 * @param allowedCpus CPU numbers of the affinity mask, ascending, never empty
 */
public record Host(
    Target target, String model, Set<String> flags, List<Cache> caches, List<Integer> allowedCpus) {

  /**
   * One cache as /sys describes it.
   *
   * @param sharedCpus numbers of the CPUs that use it together
   */
  public record Cache(
      int level, CacheType type, long bytes, int lineBytes, List<Integer> sharedCpus) {
    public Cache {
      sharedCpus = List.copyOf(sharedCpus);
    }
  }

  /** What a cache holds. */
  public enum CacheType {
    DATA,
    INSTRUCTION,
    UNIFIED
  }

  public Host {
    flags = Collections.unmodifiableSet(new TreeSet<>(flags));
    caches = List.copyOf(caches);
    allowedCpus = List.copyOf(allowedCpus);
    if (allowedCpus.isEmpty()) {
      throw new IllegalArgumentException("a host needs a CPU that this process may use");
    }
  }

  /** This machine. */
  public static Host detect() {
    return read(System.getProperty("os.arch", ""), Path.of("/"));
  }

  /**
   * A machine from its system files.
   *
   * @param osArch the JVM's name of the architecture: amd64, aarch64
   * @param root the folder that holds proc and sys
   */
  public static Host read(String osArch, Path root) {
    Arch arch = arch(osArch);
    List<Integer> allowed = allowedCpus(root.resolve("proc/self/status"));
    CpuInfo info = CpuInfo.parse(text(root.resolve("proc/cpuinfo")), allowed);
    Set<String> flags = info.flags();
    Isa isa = best(arch, flags);
    return new Host(
        new Target(arch, info.coreName(arch).orElse(isa.llvmCpu()), isa, 1),
        info.model(),
        flags,
        caches(root.resolve("sys/devices/system/cpu/cpu" + allowed.getFirst() + "/cache")),
        allowed);
  }

  /** True where this machine runs code for the other target, on as many CPUs as it has threads. */
  public boolean runs(Target other) {
    return target.arch() == other.arch()
        && (target.isa().covers(other.isa()) || flags.containsAll(other.isa().osFlags()))
        && other.threads() <= allowedCpus.size();
  }

  /** Bytes of the data or unified cache of a level, empty where the system does not tell. */
  public OptionalLong dataCacheBytes(int level) {
    return caches.stream()
        .filter(cache -> cache.level() == level && cache.type() != CacheType.INSTRUCTION)
        .mapToLong(Cache::bytes)
        .findFirst();
  }

  private static Arch arch(String osArch) {
    return switch (osArch) {
      case "amd64", "x86_64", "x86-64" -> Arch.X86_64;
      case "aarch64", "arm64" -> Arch.AARCH64;
      default ->
          throw new UnsupportedOperationException(
              "Machine with architecture '%s' can't be tuned on. Mend: use one of %s"
                  .formatted(osArch, String.join(", ", Arch.texts())));
    };
  }

  /** The highest level whose flags are all there; the lowest is the architecture's own promise. */
  private static Isa best(Arch arch, Set<String> flags) {
    List<Isa> levels = Arrays.stream(Isa.values()).filter(isa -> isa.arch() == arch).toList();
    return levels.stream()
        .filter(isa -> flags.containsAll(isa.osFlags()))
        .max(Comparator.naturalOrder())
        .orElse(levels.getFirst());
  }

  private static List<Integer> allowedCpus(Path status) {
    return text(status)
        .lines()
        .filter(line -> line.startsWith("Cpus_allowed_list:"))
        .findFirst()
        .map(line -> CpuInfo.cpuList(line.substring(line.indexOf(':') + 1).strip()))
        .filter(cpus -> !cpus.isEmpty())
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Affinity mask: %s has no Cpus_allowed_list. Mend: run on Linux with /proc"
                        .formatted(status)));
  }

  private static List<Cache> caches(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> Files.isRegularFile(entry.resolve("level")))
          .map(Host::cache)
          .sorted(Comparator.comparingInt(Cache::level).thenComparing(Cache::type))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Caches in " + folder + " can't be listed", e);
    }
  }

  private static Cache cache(Path folder) {
    return new Cache(
        Integer.parseInt(text(folder.resolve("level")).strip()),
        CacheType.valueOf(text(folder.resolve("type")).strip().toUpperCase(Locale.ROOT)),
        bytes(text(folder.resolve("size")).strip()),
        Integer.parseInt(text(folder.resolve("coherency_line_size")).strip()),
        CpuInfo.cpuList(text(folder.resolve("shared_cpu_list")).strip()));
  }

  /** "32K" or "8M" as /sys writes it. */
  private static long bytes(String size) {
    int digits = 0;
    while (digits < size.length() && Character.isDigit(size.charAt(digits))) {
      digits++;
    }
    long unit =
        switch (size.substring(digits)) {
          case "K" -> 1L << 10;
          case "M" -> 1L << 20;
          default -> 1;
        };
    return Long.parseLong(size.substring(0, digits)) * unit;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Machine description %s can't be read. Mend: run on Linux with /proc mounted"
              .formatted(file),
          e);
    }
  }
}
