package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.tuner.client.OctuneClient;
import picocli.CommandLine.Command;

/** Halts a job. */
@Command(
    name = "pause",
    description = "Halts a job of a service until it is resumed; its devices go to others.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  octune pause job-17 --why 'the rack is needed'"})
final class PauseCommand extends JobMoveCommand {
  @Override
  JsonNode move(OctuneClient client, String job, String why) throws InterruptedException {
    return client.pause(job, why);
  }

  @Override
  String done() {
    return "paused";
  }
}
