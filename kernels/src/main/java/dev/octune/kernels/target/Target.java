package dev.octune.kernels.target;

import dev.octune.kernels.text.FieldReader;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * What code is generated for. Text: {@code x86_64 cpu=znver3 isa=avx2 threads=1}.
 *
 * @param cpu core name as LLVM calls it; tunes the code, never adds instructions to the isa
 * @param threads threads that run one kernel together, in [1, {@link #MAX_THREADS}]
 */
public record Target(Arch arch, String cpu, Isa isa, int threads) {
  /** Beyond any board this is meant for; bounds the runner's thread table. */
  public static final int MAX_THREADS = 256;

  private static final Pattern CPU = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

  public Target {
    if (isa.arch() != arch) {
      throw new IllegalArgumentException(
          "isa " + isa.text() + " is not one of " + arch.text() + ", but of " + isa.arch().text());
    }
    if (!CPU.matcher(cpu).matches()) {
      throw new IllegalArgumentException("cpu '" + cpu + "' is not a core name");
    }
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads is %d, must be in [1, %d]".formatted(threads, MAX_THREADS));
    }
  }

  public Target withThreads(int newThreads) {
    return new Target(arch, cpu, isa, newThreads);
  }

  /** True where a machine of this target runs a kernel of the other one, with as many threads. */
  public boolean runs(Target other) {
    return isa.covers(other.isa) && threads == other.threads;
  }

  public String text() {
    return "%s cpu=%s isa=%s threads=%d".formatted(arch.text(), cpu, isa.text(), threads);
  }

  @Override
  public String toString() {
    return text();
  }

  /** Reads a canonical text. */
  public static Target parse(String text) {
    FieldReader fields = new FieldReader("target", text);
    Arch arch =
        Arrays.stream(Arch.values())
            .filter(a -> a.text().equals(fields.head()))
            .findFirst()
            .orElseThrow(
                () ->
                    fields.problem(
                        "architecture '" + fields.head() + "' is not known",
                        "start with one of " + String.join(", ", Arch.texts())));
    String isaText = fields.string("isa");
    Isa isa =
        Arrays.stream(Isa.values())
            .filter(i -> i.text().equals(isaText))
            .findFirst()
            .orElseThrow(() -> fields.notOneOf("isa", isaText, Isa.texts()));
    String cpu = fields.string("cpu");
    int threads = fields.integer("threads", 1, MAX_THREADS, 1);
    fields.end();
    try {
      return new Target(arch, cpu, isa, threads);
    } catch (IllegalArgumentException e) {
      throw fields.problem(String.valueOf(e.getMessage()), "correct the target");
    }
  }
}
