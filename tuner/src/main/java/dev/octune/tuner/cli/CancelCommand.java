package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.tuner.client.OctuneClient;
import picocli.CommandLine.Command;

/** Ends a job. */
@Command(
    name = "cancel",
    description = "Ends a job of a service; what was measured is kept.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  octune cancel job-17 --why 'wrong model'"})
final class CancelCommand extends JobMoveCommand {
  @Override
  JsonNode move(OctuneClient client, String job, String why) throws InterruptedException {
    return client.cancel(job, why);
  }

  @Override
  String done() {
    return "cancelled";
  }
}
