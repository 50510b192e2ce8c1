package dev.octune.tuner.cli;

import dev.octune.tuner.client.OctuneClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Follows a job until it ends. */
@Command(
    name = "watch",
    description = "Follows a job of a service until it ends, then prints its result.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Ctrl-C ends the watching, not the job. The exit code is 0 for done, 1 for failed and",
      "cancelled.",
      "",
      "Examples:",
      "  octune watch job-17",
      "  octune watch job-17 --json > result.json",
    })
final class WatchCommand implements Callable<Integer> {
  @Mixin private final ServerOption server = new ServerOption();
  @Mixin private final JsonOption json = new JsonOption();

  @Parameters(paramLabel = "JOB", description = "The job, such as job-17.")
  private String job = "";

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    try (OctuneClient client = server.client()) {
      return new JobWatch(client, job, spec.commandLine(), json.asked()).untilItEnds();
    }
  }
}
