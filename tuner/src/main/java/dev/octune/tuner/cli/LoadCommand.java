package dev.octune.tuner.cli;

import dev.octune.db.TuningDb;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.tuner.load.LookupBenchmark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the service's look-ups on this machine. */
@Command(
    name = "load",
    hidden = true,
    description = "Measures look-ups on this machine: fill, index, lookup.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(fill|index|lookup)",
    footer = {
      "",
      "Example: a made-up database, the index in this process, then a service under load",
      "  octune load fill --db /tmp/bench/tuning",
      "  octune load index --db /tmp/bench/tuning",
      "  octune serve --data /tmp/bench & octune load lookup --token-file /tmp/bench/admin.token",
    })
final class LoadCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "what to measure is missing: fill, index or lookup");
  }

  @Command(
      name = "fill",
      description = "Fills a new database with made-up trials and confirmed bests.",
      mixinStandardHelpOptions = true)
  int fill(
      @Mixin DbOption database,
      @Option(names = "--keys", defaultValue = "100000", description = "Default 100000.") int keys,
      @Option(names = "--trials", defaultValue = "1000000", description = "Default 1000000.")
          int trials,
      @Option(names = "--seed", defaultValue = "1", description = "Default 1.") long seed) {
    if (database.isDefault() || keys < 1 || trials < 0) {
      throw new UsageException(
          "load fill makes figures up. Mend: name a new file with --db, and positive numbers");
    }
    try (TuningDb db = TuningDb.open(database.file(), TuningDb.Access.WRITER)) {
      if (db.counts().bests() > 0) {
        throw new UsageException(
            "%s has records already. Mend: name a new file".formatted(database.file()));
      }
      benchmark(seed).fill(db, KernelLibrary.standard(), keys, trials, Version.text());
    }
    return Octune.EXIT_DONE;
  }

  @Command(
      name = "index",
      description = "Loads the index of a database and asks it in this process.",
      mixinStandardHelpOptions = true)
  int index(
      @Mixin DbOption database,
      @Option(names = "--seed", defaultValue = "1", description = "Default 1.") long seed,
      @Option(
              names = "--time",
              defaultValue = "5s",
              converter = TimeOption.class,
              description = "For each kind of question; default 5s.")
          Duration each) {
    try (TuningDb db = TuningDb.open(database.file(), TuningDb.Access.WRITER)) {
      benchmark(seed).index(db, KernelLibrary.standard(), each);
    }
    return Octune.EXIT_DONE;
  }

  @Command(
      name = "lookup",
      description = "Asks a running service, whose database load fill has made.",
      mixinStandardHelpOptions = true)
  int lookup(
      @Option(
              names = "--server",
              defaultValue = "http://127.0.0.1:8470",
              description = "Default http://127.0.0.1:8470; clear text only.")
          URI server,
      @Option(names = "--token-file", required = true, description = "A file with a token.")
          Path tokenFile,
      @Option(names = "--keys", defaultValue = "100000", description = "As for fill.") int keys,
      @Option(names = "--seed", defaultValue = "1", description = "As for fill.") long seed,
      @Option(names = "--connections", defaultValue = "32", description = "Default 32.")
          int connections,
      @Option(
              names = "--rate",
              defaultValue = "20000",
              description = "Requests due a second in the second part; default 20000.")
          double rate,
      @Option(
              names = "--time",
              defaultValue = "10s",
              converter = TimeOption.class,
              description = "For each part; default 10s.")
          Duration each) {
    if (!"http".equals(server.getScheme()) || server.getHost() == null || server.getPort() < 0) {
      throw new UsageException(
          "--server '%s' is no address. Mend: write it as http://127.0.0.1:8470".formatted(server));
    }
    try {
      benchmark(seed)
          .load(
              new InetSocketAddress(server.getHost(), server.getPort()),
              Files.readString(tokenFile).strip(),
              keys,
              connections,
              rate,
              each);
    } catch (IOException e) {
      throw new UncheckedIOException("The load on %s ended".formatted(server), e);
    }
    return Octune.EXIT_DONE;
  }

  private LookupBenchmark benchmark(long seed) {
    return new LookupBenchmark(
        seed,
        line -> {
          spec.commandLine().getOut().println(line);
          spec.commandLine().getOut().flush();
        });
  }
}
