package dev.octune.tuner.cli;

import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which machine code is made for. */
final class TargetOption {
  private static final String HOST = "host";

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      defaultValue = HOST,
      description =
          "host (default), an instruction set such as avx2, sse41 or avxvnni, or a whole text:"
              + " 'x86_64 cpu=znver3 isa=avx2 threads=1'.")
  private String target = HOST;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that run one kernel together; default 1.")
  private @Nullable Integer threads;

  /** The target asked for; its instruction set need not be one this machine has. */
  Target resolve(Host host) {
    Target base = base(host);
    OptionalInt asked = threads == null ? OptionalInt.empty() : OptionalInt.of(threads);
    if (asked.isPresent() && (asked.getAsInt() < 1 || asked.getAsInt() > Target.MAX_THREADS)) {
      throw new UsageException(
          "--threads is %d, must be in [1, %d]. Mend: give the threads of one kernel"
              .formatted(asked.getAsInt(), Target.MAX_THREADS));
    }
    return asked.isPresent() ? base.withThreads(asked.getAsInt()) : base;
  }

  /** The target asked for, refused where this machine can't run its code. */
  Target resolveRunnable(Host host) {
    Target resolved = resolve(host);
    if (!host.runs(resolved)) {
      throw new UsageException(
          "Target '%s' can't be measured here: this machine is '%s' with %d CPUs. Mend: use --target"
                  .formatted(resolved, host.target(), host.allowedCpus().size())
              + " host, fewer --threads, or run on such a machine; octune kernel and octune check"
              + " --emulate work for it here");
    }
    return resolved;
  }

  private Target base(Host host) {
    if (target.equals(HOST)) {
      return host.target();
    }
    if (target.indexOf('=') >= 0) {
      return Target.parse(target);
    }
    Target here = host.target();
    return Arrays.stream(Isa.values())
        .filter(isa -> isa.text().equals(target))
        .findFirst()
        .map(isa -> onArch(isa, here))
        .orElseThrow(
            () ->
                new UsageException(
                    "Target '%s' is not known. Mend: use host, one of %s, or a whole text"
                        .formatted(
                            target,
                            Arrays.stream(Isa.values())
                                .map(Isa::text)
                                .collect(Collectors.joining(", ")))));
  }

  private static Target onArch(Isa isa, Target here) {
    String cpu = isa.arch() == here.arch() ? here.cpu() : isa.llvmCpu();
    return new Target(isa.arch(), cpu, isa, here.threads());
  }
}
