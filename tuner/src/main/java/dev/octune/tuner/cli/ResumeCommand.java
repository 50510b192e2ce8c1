package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.tuner.client.OctuneClient;
import picocli.CommandLine.Command;

/** Has a paused job go on. */
@Command(
    name = "resume",
    description = "Has a paused job of a service go on where it was.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  octune resume job-17"})
final class ResumeCommand extends JobMoveCommand {
  @Override
  JsonNode move(OctuneClient client, String job, String why) throws InterruptedException {
    return client.resume(job, why);
  }

  @Override
  String done() {
    return "resumed";
  }
}
