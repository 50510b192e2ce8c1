package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.tuner.client.OctuneClient;
import dev.octune.tuner.report.ServiceReport;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells where jobs stand. */
@Command(
    name = "status",
    description = "Tells where a job of a service stands, or the newest jobs.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  octune status",
      "  octune status --state running --json",
      "  octune status job-17",
    })
final class StatusCommand implements Callable<Integer> {
  @Mixin private final ServerOption server = new ServerOption();
  @Mixin private final JsonOption json = new JsonOption();

  @Parameters(arity = "0..1", paramLabel = "JOB", description = "The job, such as job-17.")
  private @Nullable String job;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "Only jobs that are queued, running, paused, done, failed or cancelled.")
  private @Nullable String state;

  @Option(names = "--owner", paramLabel = "NAME", description = "Only jobs of this principal.")
  private @Nullable String owner;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (OctuneClient client = server.client()) {
      if (job != null) {
        JsonNode found = client.status(job);
        out.print(json.asked() ? found.toPrettyString() + "\n" : ServiceReport.job(found));
      } else {
        Map<String, String> filter = new LinkedHashMap<>();
        if (state != null) {
          filter.put("state", state);
        }
        if (owner != null) {
          filter.put("owner", owner);
        }
        JsonNode page = client.jobs(filter);
        out.print(json.asked() ? page.toPrettyString() + "\n" : ServiceReport.jobs(page));
      }
    }
    out.flush();
    return Octune.EXIT_DONE;
  }
}
