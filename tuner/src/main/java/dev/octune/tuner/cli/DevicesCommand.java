package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.octune.tuner.client.OctuneClient;
import dev.octune.tuner.report.ServiceReport;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the devices of a service. */
@Command(
    name = "devices",
    description = "Lists the devices of a service, how they are and why.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  octune devices --json",
      "  octune devices --release rack2-a76-3",
    })
final class DevicesCommand implements Callable<Integer> {
  @Mixin private final ServerOption server = new ServerOption();
  @Mixin private final JsonOption json = new JsonOption();

  @Option(
      names = "--release",
      paramLabel = "DEVICE",
      description = "Trust a quarantined device again; for admins.")
  private @Nullable String release;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (OctuneClient client = server.client()) {
      if (release != null) {
        JsonNode device = client.release(release);
        out.print(
            json.asked()
                ? device.toPrettyString() + "\n"
                : "%s %s%n".formatted(release, device.path("status").asText()));
      } else {
        JsonNode devices = client.devices();
        out.print(
            json.asked()
                ? JsonNodeFactory.instance.objectNode().set("devices", devices).toPrettyString()
                    + "\n"
                : ServiceReport.devices(devices));
      }
    }
    out.flush();
    return Octune.EXIT_DONE;
  }
}
