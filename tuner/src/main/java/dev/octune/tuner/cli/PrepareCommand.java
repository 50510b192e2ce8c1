package dev.octune.tuner.cli;

import dev.octune.workers.build.Builder;
import dev.octune.workers.toolchain.Toolchain;
import dev.octune.workers.toolchain.ToolchainException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * What the launcher runs once after a build, so that no user's command has to wait for it: unpacks
 * the toolchain, records the builder's start-up and tunes one small layer into a database that is
 * thrown away. The launcher records which classes this run loads, so it goes the way that {@code
 * tune} and {@code lookup} go.
 */
@Command(name = "prepare", hidden = true, description = "Unpacks the compiler (the launcher's).")
final class PrepareCommand implements Callable<Integer> {
  private static final String LAYER =
      "conv2d_NCHWc_int8 n=1 ic=8 ih=8 iw=8 oc=16 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1"
          + " act=u8 wgt=s8 out=s32";

  /** Enough batches for the cost model to be trained and asked. */
  private static final String TRIALS = "40";

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() throws ToolchainException, InterruptedException {
    Toolchain toolchain = Toolchain.locate();
    try {
      Builder.recordStart(toolchain);
      Path folder = Files.createTempDirectory("octune-prepare");
      try {
        String db = folder.resolve("db").toString();
        // A machine that can't tune can still list tasks: what fails here is told, not fatal.
        rehearse("tune", LAYER, "--trials", TRIALS, "--db", db, "--json");
        rehearse("lookup", LAYER, "--db", db);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "No temporary folder, or no builder (" + e.getMessage() + "). Mend: set TMPDIR to one",
          e);
    }
    return Octune.EXIT_DONE;
  }

  private void rehearse(String... command) {
    PrintWriter err = spec.commandLine().getErr();
    int exit = Octune.run(new PrintWriter(Writer.nullWriter()), err, command);
    if (exit != Octune.EXIT_DONE) {
      err.printf("octune: rehearsing %s ended with %d%n", command[0], exit);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
