package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octune.tuner.client.OctuneClient;
import dev.octune.tuner.report.ServiceReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks after who may use a service. */
@Command(
    name = "token",
    description = "Looks after the tokens of a service: create, list, revoke.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(create|list|revoke)",
    footer = {
      "",
      "Examples:",
      "  octune token create board-1 --role measure --out board-1.token",
      "  octune token create ci --role submit --weight 2",
      "  octune token revoke 1f0c5d2e9a7b3846",
    })
final class TokenCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "what to do is missing: create, list or revoke");
  }

  @Command(
      name = "create",
      description = "Makes a token and tells it, this once.",
      mixinStandardHelpOptions = true)
  int create(
      @Mixin ServerOption server,
      @Mixin JsonOption json,
      @Parameters(
              paramLabel = "NAME",
              description = "Whose it is: owner of jobs, name in the audit log.")
          String name,
      @Option(
              names = "--role",
              paramLabel = "ROLE",
              required = true,
              split = ",",
              description = "submit, measure, read or admin; several by commas.")
          List<String> roles,
      @Option(
              names = "--weight",
              paramLabel = "W",
              defaultValue = "1",
              description = "Share of its jobs against those of others; default 1.")
          double weight,
      @Option(
              names = "--out",
              paramLabel = "FILE",
              description = "Write the token there, for its owner only, instead of printing it.")
          @Nullable Path out)
      throws InterruptedException {
    try (OctuneClient client = server.client()) {
      if (out != null && Files.exists(out)) {
        throw new UsageException(
            "--out %s is there already. Mend: give a file that is not".formatted(out));
      }
      ObjectNode made = (ObjectNode) client.createToken(name, roles, weight);
      if (out != null) {
        write(out, made.path("token").asText());
        made.remove("token");
        made.put("token_file", out.toString());
      }
      PrintWriter stdout = spec.commandLine().getOut();
      stdout.println(
          json.asked()
              ? made.toPrettyString()
              : made.path("id").asText()
                  + " "
                  + made.path(out == null ? "token" : "token_file").asText());
      return Octune.EXIT_DONE;
    }
  }

  @Command(
      name = "list",
      description = "Lists the tokens, without their secrets.",
      mixinStandardHelpOptions = true)
  int list(@Mixin ServerOption server, @Mixin JsonOption json) throws InterruptedException {
    try (OctuneClient client = server.client()) {
      JsonNode tokens = client.tokens();
      PrintWriter out = spec.commandLine().getOut();
      out.print(
          json.asked()
              ? JsonNodeFactory.instance.objectNode().set("tokens", tokens).toPrettyString() + "\n"
              : ServiceReport.tokens(tokens));
      out.flush();
      return Octune.EXIT_DONE;
    }
  }

  @Command(
      name = "revoke",
      description = "Revokes a token: from now on it opens nothing.",
      mixinStandardHelpOptions = true)
  int revoke(
      @Mixin ServerOption server,
      @Mixin JsonOption json,
      @Parameters(paramLabel = "ID", description = "The token's id, of octune token list.")
          String id)
      throws InterruptedException {
    try (OctuneClient client = server.client()) {
      client.revokeToken(id);
      spec.commandLine()
          .getOut()
          .println(
              json.asked()
                  ? JsonNodeFactory.instance.objectNode().put("revoked", id).toPrettyString()
                  : id + " revoked");
      return Octune.EXIT_DONE;
    }
  }

  private static void write(Path file, String token) {
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, token + "\n", StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(
          "The token was made but can't be written to %s. Mend: revoke it and make another"
              .formatted(file),
          e);
    }
  }
}
