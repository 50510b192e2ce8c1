package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rate of {@code octune tune} beside that of {@code octune submit --wait} to a service with one
 * worker on the same machine: the same list, trials and seed, in turns, each with a database of its
 * own. No part of the tests: {@code mvn test -pl tuner -am -Dtest=ServiceRateBenchmark}, as README
 * tells. Whole: the figure that both commands print, their starts included. Steady: the times at
 * which the records from 20 % to 85 % of all were stored.
 */
class ServiceRateBenchmark {
  private static final String LIST =
      System.getProperty("benchmark.list", "configs/networks/resnet18.txt");
  private static final int TRIALS = Integer.getInteger("benchmark.trials", 600);
  private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 3);
  private static final String STRATEGY = System.getProperty("benchmark.strategy", "xgb");

  private static final double STEADY_FROM = 0.20;
  private static final double STEADY_TO = 0.85;
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final Path checkout = Path.of("..").toAbsolutePath().normalize();
  private final List<Process> started = new ArrayList<>();

  /** Trials a second. */
  private record Rates(double whole, double steady) {}

  @AfterEach
  void endAll() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void service_besideTheMachineItself_inTurns() throws Exception {
    List<Double> whole = new ArrayList<>();
    List<Double> steady = new ArrayList<>();
    for (int round = 1; round <= ROUNDS; round++) {
      Rates alone = tune(folder.resolve("tune-" + round), round);
      Rates served = serve(folder.resolve("service-" + round), round);
      whole.add(served.whole / alone.whole);
      steady.add(served.steady / alone.steady);
      System.out.printf(
          Locale.ROOT,
          "round %d: tune %.2f/s (steady %.2f), service %.2f/s (steady %.2f): %.1f %% (steady %.1f"
              + " %%)%n",
          round,
          alone.whole,
          alone.steady,
          served.whole,
          served.steady,
          100 * whole.getLast(),
          100 * steady.getLast());
    }
    System.out.printf(
        Locale.ROOT,
        "%s, %d trials, %s, %d rounds: median %.1f %%, steady %.1f %%%n",
        LIST,
        TRIALS,
        STRATEGY,
        ROUNDS,
        100 * median(whole),
        100 * median(steady));
  }

  private Rates tune(Path data, int seed) throws Exception {
    Files.createDirectories(data);
    Path database = data.resolve("tuning");
    JsonNode report = run(command("tune", seed, "--db", database.toString()));
    return rates(report, database);
  }

  private Rates serve(Path data, int seed) throws Exception {
    Files.createDirectories(data);
    String url = "http://127.0.0.1:" + freePort();
    Path service = data.resolve("service");
    Path token = service.resolve("admin.token");
    Process serve =
        start(
            data.resolve("serve.txt"),
            List.of("serve", "--listen", url.substring(7), "--data", service.toString(), "--json"));
    waitUntil(() -> Files.readString(data.resolve("serve.txt")).contains("url"));
    List<String> access = List.of("--server", url, "--token-file", token.toString());
    List<String> work = new ArrayList<>(List.of("worker", "--device-key", "here"));
    work.addAll(access);
    Process worker = start(data.resolve("worker.txt"), work);
    List<String> devices = new ArrayList<>(List.of("devices", "--json"));
    devices.addAll(access);
    waitUntil(() -> run(devices).path("devices").path(0).path("status").asText().equals("ready"));
    List<String> submit =
        new ArrayList<>(command("submit", seed, "--device-key", "here", "--wait"));
    submit.addAll(access);
    JsonNode report = run(submit);
    worker.destroy();
    assertTrue(worker.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    serve.destroy();
    assertTrue(serve.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    return rates(report, service.resolve("tuning"));
  }

  private static List<String> command(String name, int seed, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                name,
                LIST,
                "--trials",
                String.valueOf(TRIALS),
                "--strategy",
                STRATEGY,
                "--seed",
                String.valueOf(seed),
                "--json"));
    words.addAll(List.of(more));
    return words;
  }

  private Rates rates(JsonNode report, Path database) throws Exception {
    assertEquals(TRIALS, report.path("trials").asInt(), report::toString);
    List<Instant> stored = new ArrayList<>();
    run(List.of("records", "--db", database.toString(), "--json"))
        .path("records")
        .forEach(record -> stored.add(Instant.parse(record.path("measured_at").asText())));
    Collections.sort(stored);
    int from = (int) (stored.size() * STEADY_FROM);
    int to = (int) (stored.size() * STEADY_TO);
    double seconds = Duration.between(stored.get(from), stored.get(to)).toNanos() / 1e9;
    return new Rates(report.path("trials_per_second").asDouble(), (to - from) / seconds);
  }

  private JsonNode run(List<String> words) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", ".json");
    Process process = start(out, words);
    assertTrue(process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS), words::toString);
    assertEquals(0, process.exitValue(), words::toString);
    return JSON.readTree(Files.readString(out));
  }

  /** The program by its launcher, as people start it. */
  private Process start(Path out, List<String> words) throws IOException {
    List<String> command = new ArrayList<>(List.of(checkout.resolve("octune").toString()));
    command.addAll(words);
    Process process =
        new ProcessBuilder(command)
            .directory(checkout.toFile())
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    started.add(process);
    return process;
  }

  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private static void waitUntil(Condition condition) throws Exception {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!condition.holds()) {
      assertTrue(Instant.now().isBefore(deadline), "it takes too long");
      Thread.sleep(200);
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
