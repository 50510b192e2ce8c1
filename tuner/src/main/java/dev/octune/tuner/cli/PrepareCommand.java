package dev.octune.tuner.cli;

import dev.octune.workers.toolchain.Toolchain;
import dev.octune.workers.toolchain.ToolchainException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * What the launcher runs once after a build, so that no user's command has to wait for it: unpacks
 * the toolchain. The launcher records the JVM's start-up of this run.
 */
@Command(name = "prepare", hidden = true, description = "Unpacks the compiler (the launcher's).")
final class PrepareCommand implements Callable<Integer> {
  @Override
  public Integer call() throws ToolchainException {
    Toolchain.locate();
    return Octune.EXIT_DONE;
  }
}
