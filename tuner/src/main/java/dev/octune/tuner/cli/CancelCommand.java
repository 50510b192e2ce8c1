package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.octune.tuner.client.OctuneClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Ends a job. */
@Command(
    name = "cancel",
    description = "Ends a job of a service; what was measured is kept.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  octune cancel job-17 --why 'wrong model'"})
final class CancelCommand implements Callable<Integer> {
  @Mixin private final ServerOption server = new ServerOption();
  @Mixin private final JsonOption json = new JsonOption();

  @Parameters(paramLabel = "JOB", description = "The job, such as job-17.")
  private String job = "";

  @Option(names = "--why", paramLabel = "TEXT", description = "The reason, for the job's owner.")
  private String why = "cancelled at the command line";

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    try (OctuneClient client = server.client()) {
      JsonNode ended = client.cancel(job, why);
      String state = ended.path("state").asText();
      spec.commandLine()
          .getOut()
          .println(
              json.asked()
                  ? JsonNodeFactory.instance
                      .objectNode()
                      .put("job", job)
                      .put("state", state)
                      .toPrettyString()
                  : job + " " + state);
    }
    return Octune.EXIT_DONE;
  }
}
