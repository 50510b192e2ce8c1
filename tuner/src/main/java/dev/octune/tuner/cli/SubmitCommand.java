package dev.octune.tuner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.client.JobOrder;
import dev.octune.tuner.client.OctuneClient;
import dev.octune.tuner.network.NetworkList;
import dev.octune.tuner.task.Outputs;
import java.io.FileNotFoundException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives a service something to tune. */
@Command(
    name = "submit",
    description = "Submits a model, or workloads and lists of them, to a service as one job.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Without --trials and --time each task is brought to 64 trials, those the service's database",
      "knows included. With --wait the command ends when the job does, and prints what tune"
          + " prints.",
      "",
      "Examples:",
      "  octune submit model.tflite --device-key a76",
      "  octune submit configs/networks/resnet8.txt --device-key rack --trials 200 --wait --json",
      "  octune submit 'dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32' --device-key rack \\",
      "         --server https://tuner.example:8470 --token-file ~/octune.token --ca"
          + " service-ca.pem",
    })
final class SubmitCommand implements Callable<Integer> {
  private static final String LIST_ENDING = ".txt";

  @Mixin private final ServerOption server = new ServerOption();
  @Mixin private final JsonOption json = new JsonOption();
  @Mixin private final OutOption out = new OutOption();

  @Parameters(
      arity = "1..*",
      paramLabel = "MODEL|WORKLOAD",
      description = "One model file, or any number of workload texts and network lists.")
  private List<String> inputs = List.of();

  @Option(
      names = "--device-key",
      paramLabel = "K",
      required = true,
      description = "The devices that measure it; octune devices lists them.")
  private String deviceKey = "";

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description = "What the devices run, a whole text; needed where none was attached yet.")
  private @Nullable String target;

  @Option(
      names = "--trials",
      paramLabel = "N",
      description = "New trials of this job in all; 0 only confirms the defaults.")
  private @Nullable Integer trials;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description = "Propose nothing new after the job has run for so long: 60s, 5m.")
  private @Nullable Duration time;

  @Option(
      names = "--priority",
      paramLabel = "P",
      description = "Among your own jobs, from -100 to 100; higher goes first. Default 0.")
  private @Nullable Integer priority;

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description = "xgb (guided by the cost model, default), random or grid.")
  private @Nullable String strategy;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of every random choice and of the operands; default 1.")
  private @Nullable Long seed;

  @Option(
      names = "--weights",
      paramLabel = "random|real",
      description = "Of a model: real tunes each layer on its own weights. Default random.")
  private String weights = "random";

  @Option(names = "--name", paramLabel = "TEXT", description = "What the job is called.")
  private @Nullable String name;

  @Option(names = "--wait", description = "Wait until the job has ended, and print its result.")
  private boolean wait;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    try (OctuneClient client = server.client()) {
      JsonNode submitted = submit(client);
      PrintWriter err = spec.commandLine().getErr();
      submitted
          .path("uncovered")
          .forEach(
              layer ->
                  err.printf(
                      "no task for %s %s: %s%n",
                      layer.path("op").asText(),
                      layer.path("layer").asText(),
                      layer.path("reason").asText()));
      String job = submitted.path("job").asText();
      if (wait) {
        err.println("octune: " + job + " is queued");
        return new JobWatch(client, job, spec.commandLine(), json.asked()).untilItEnds();
      }
      PrintWriter out = spec.commandLine().getOut();
      out.println(
          json.asked()
              ? submitted.toPrettyString()
              : "%s %s, %d tasks"
                  .formatted(
                      job, submitted.path("state").asText(), submitted.path("tasks").asInt()));
      return Octune.EXIT_DONE;
    }
  }

  private JsonNode submit(OctuneClient client) throws InterruptedException {
    Optional<Path> model = model();
    if (model.isEmpty()) {
      return client.submit(workloads(), order(Optional.ofNullable(name)));
    }
    try {
      return client.submit(
          model.get(),
          order(Optional.of(name == null ? String.valueOf(model.get().getFileName()) : name)));
    } catch (FileNotFoundException e) {
      throw new UsageException(
          "Model %s can't be read. Mend: check the path and its permissions".formatted(model.get()),
          e);
    }
  }

  private JobOrder order(Optional<String> jobName) {
    if (!weights.equals("random") && !weights.equals("real")) {
      throw new UsageException("--weights is '%s'. Mend: use random or real".formatted(weights));
    }
    return new JobOrder(
        deviceKey,
        jobName,
        Optional.ofNullable(target),
        trials == null ? OptionalInt.empty() : OptionalInt.of(trials),
        Optional.ofNullable(time),
        priority == null ? OptionalInt.empty() : OptionalInt.of(priority),
        Optional.ofNullable(strategy),
        seed == null ? OptionalLong.empty() : OptionalLong.of(seed),
        Optional.of(out.outputs()).filter(asked -> asked != Outputs.SUMS).map(Outputs::text),
        weights.equals("real"));
  }

  /** The one argument that is a model file; empty where all are workloads or lists. */
  private Optional<Path> model() {
    List<String> models = inputs.stream().filter(input -> !isWorkloads(input)).toList();
    if (models.isEmpty()) {
      return Optional.empty();
    }
    if (inputs.size() > 1) {
      throw new UsageException(
          "A job is one model, or workloads and lists; '%s' stands beside others. Mend: submit it alone"
              .formatted(models.getFirst()));
    }
    Path model = Path.of(models.getFirst());
    if (!Files.isRegularFile(model) || !Files.isReadable(model)) {
      throw new UsageException(
          "Model %s: there is no such readable file. Mend: check the path, or quote the workload"
              .formatted(model));
    }
    return Optional.of(model);
  }

  private static boolean isWorkloads(String input) {
    return input.endsWith(LIST_ENDING) || (input.indexOf('=') >= 0 && !exists(input));
  }

  private static boolean exists(String input) {
    try {
      return Files.exists(Path.of(input));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private Map<String, Integer> workloads() {
    Map<String, Integer> uses = new LinkedHashMap<>();
    for (String input : inputs) {
      if (exists(input) || input.endsWith(LIST_ENDING)) {
        NetworkList.read(Path.of(input))
            .entries()
            .forEach(entry -> uses.merge(entry.workload().text(), entry.uses(), Integer::sum));
      } else {
        uses.merge(Workload.parse(input).text(), 1, Integer::sum);
      }
    }
    return uses;
  }
}
