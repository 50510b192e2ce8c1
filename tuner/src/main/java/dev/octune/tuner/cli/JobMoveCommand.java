package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.octune.tuner.client.OctuneClient;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command that moves a job of a service to another state and tells which. */
abstract class JobMoveCommand implements Callable<Integer> {
  @Mixin private final ServerOption server = new ServerOption();
  @Mixin private final JsonOption json = new JsonOption();

  @Parameters(paramLabel = "JOB", description = "The job, such as job-17.")
  private String job = "";

  @Option(names = "--why", paramLabel = "TEXT", description = "The reason, for the job's owner.")
  private @Nullable String why;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  /** Moves it; the answer is Job of the service's document. */
  abstract JsonNode move(OctuneClient client, String id, String reason) throws InterruptedException;

  /** What was done, in one word, for whoever gave no reason. */
  abstract String done();

  @Override
  public final Integer call() throws InterruptedException {
    try (OctuneClient client = server.client()) {
      String reason = why == null ? done() + " at the command line" : why;
      String state = move(client, job, reason).path("state").asText();
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
