package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octune.db.RecordFilter;
import dev.octune.db.TuningDb;
import dev.octune.db.record.TuningRecord;
import dev.octune.tuner.client.OctuneClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as people run it: real processes on loopback. */
final class ServiceIT {
  private static final String DENSE = "dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32";
  private static final String LARGE = "dense_int8 m=16 k=768 n=768 act=u8 wgt=s8 out=s32";

  /** What a busy machine needs for a few trials: a device may be out for half a minute. */
  private static final long PATIENCE_MILLIS = 240_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private Program program = new Program(Path.of("."));
  private Path data = Path.of(".");

  @BeforeEach
  void prepare() {
    program = new Program(folder);
    data = folder.resolve("service");
  }

  @AfterEach
  void end() {
    program.endAll();
  }

  @Test
  void jobSubmitted_isMeasuredByAWorker_andLookedUp() throws Exception {
    Program.Running serve =
        program.start("serve", "--listen", "127.0.0.1:0", "--data", data.toString(), "--json");
    String url = url(serve);
    Path adminToken = data.resolve("admin.token");
    Path workerToken = folder.resolve("worker.token");
    program
        .run(
            "token",
            "create",
            "board",
            "--role",
            "measure",
            "--out",
            workerToken.toString(),
            "--server",
            url,
            "--token-file",
            adminToken.toString())
        .expectExit(0);
    program
        .run(
            "submit",
            DENSE,
            "--device-key",
            "moon",
            "--server",
            url,
            "--token-file",
            adminToken.toString())
        .expectRefused(2, "moon", "Mend:");
    Program.Running worker = worker(url, workerToken);
    try (OctuneClient client = client(url)) {
      waitForDevice(client, "ready");
      Program.Ended waited =
          program
              .run(
                  "submit",
                  DENSE,
                  LARGE,
                  "--device-key",
                  "here",
                  "--trials",
                  "12",
                  "--wait",
                  "--json",
                  "--server",
                  url,
                  "--token-file",
                  adminToken.toString())
              .expectExit(0);
      JsonNode result = waited.json();
      assertEquals(12, result.path("trials").asInt(), waited.out());
      assertEquals(0, result.path("wrong_answers").asInt(), waited.out());
      assertEquals(2, result.path("tasks").size(), waited.out());
      for (JsonNode task : result.path("tasks")) {
        assertTrue(task.path("best").path("gops").asDouble() > 0, waited.out());
        assertTrue(task.path("speedup").asDouble() >= 1, waited.out());
        assertTrue(task.path("best").path("samples").size() > 0, waited.out());
      }
      assertEquals("done", client.status("job-1").path("state").asText());
      String target = result.path("target").asText();
      var answer = client.lookup(DENSE, target);
      assertEquals("exact", answer.match().toString().toLowerCase(java.util.Locale.ROOT));
      byte[] kernel = client.kernel(answer.record().orElseThrow().id());
      assertEquals(
          "\u007fELF", new String(kernel, 0, 4, java.nio.charset.StandardCharsets.ISO_8859_1));
    }
    program
        .run(
            "submit",
            DENSE,
            "--device-key",
            "here",
            "--server",
            url,
            "--token-file",
            workerToken.toString())
        .expectRefused(2, "submit", "Mend:");
    JsonNode devices =
        program
            .run("devices", "--json", "--server", url, "--token-file", adminToken.toString())
            .expectExit(0)
            .json();
    assertEquals("here", devices.path("devices").get(0).path("device_key").asText());
    JsonNode sandbox = devices.path("devices").get(0).path("sandbox");
    assertTrue(sandbox.path("rlimits").asBoolean(), sandbox.toString());
    assertFalse(sandbox.path("other_user").asBoolean(true), sandbox.toString());
    // A second service on the same folder is kept out, a second one on the same port too.
    program
        .run("serve", "--listen", "127.0.0.1:0", "--data", data.toString())
        .expectRefused(1, "is writing to it");
    program
        .run(
            "serve",
            "--listen",
            url.substring("http://".length()),
            "--data",
            folder.resolve("other").toString())
        .expectRefused(1, "can't be had", "Mend:");
    // SIGTERM, as service managers end what they started: anything but 0 is a failure to them.
    worker.process().destroy();
    worker.end().expectExit(0);
    pausedAndResumed(url, adminToken);
    serve.process().destroy();
    serve.end().expectExit(0);
    assertFalse(Files.readString(serve.err()).contains("Exception"), Files.readString(serve.err()));
  }

  /** With no device left, so that no machine is quick enough to end the job first. */
  private void pausedAndResumed(String url, Path token) throws Exception {
    String job =
        program
            .run(
                "submit",
                LARGE,
                "--device-key",
                "here",
                "--trials",
                "5000",
                "--json",
                "--server",
                url,
                "--token-file",
                token.toString())
            .expectExit(0)
            .json()
            .path("job")
            .asText();
    assertEquals("paused", moved("pause", job, url, token));
    assertEquals("paused", moved("status", job, url, token));
    assertTrue(Set.of("queued", "running").contains(moved("resume", job, url, token)));
    assertEquals("cancelled", moved("cancel", job, url, token));
    program
        .run("resume", job, "--server", url, "--token-file", token.toString())
        .expectRefused(2, "cancelled");
  }

  private String moved(String command, String job, String url, Path token) throws Exception {
    return program
        .run(command, job, "--json", "--server", url, "--token-file", token.toString())
        .expectExit(0)
        .json()
        .path("state")
        .asText();
  }

  /** Two connection commands, each to a board of its own: here both end on this machine. */
  @Test
  void worker_ofTwoBoards_bothMeasureOneJob_eachCalibratedForItself() throws Exception {
    int port = freePort();
    String url = "http://127.0.0.1:" + port;
    Program.Running _ = serve(port);
    Path token = data.resolve("admin.token");
    program
        .run(
            "worker",
            "--server",
            url,
            "--token-file",
            token.toString(),
            "--connect",
            "qemu-aarch64")
        .expectRefused(2, "emulator", "Mend:");
    Program.Running worker =
        program.start(
            "worker",
            "--server",
            url,
            "--token-file",
            token.toString(),
            "--device-key",
            "here",
            "--name",
            "rack",
            "--connect",
            "env BOARD=1",
            "--connect",
            "env BOARD=2");
    try (OctuneClient client = client(url)) {
      waitForDevices(client, 2, "ready");
      Program.Ended ended =
          program
              .run(
                  "submit",
                  LARGE,
                  "--device-key",
                  "here",
                  "--trials",
                  "24",
                  "--strategy",
                  "random",
                  "--wait",
                  "--json",
                  "--server",
                  url,
                  "--token-file",
                  token.toString())
              .expectExit(0);
      assertEquals(24, ended.json().path("trials").asInt(), ended.out());
      assertEquals(0, ended.json().path("wrong_answers").asInt(), ended.out());
      JsonNode devices = client.devices();
      assertEquals("rack.0", devices.get(0).path("device").asText(), devices::toString);
      assertEquals("rack.1", devices.get(1).path("device").asText(), devices::toString);
      for (JsonNode device : devices) {
        // Its calibration, and trials.
        assertTrue(device.path("results").asInt() > 2, devices::toString);
        assertTrue(device.path("base_ns").asDouble() > 0, devices::toString);
        assertEquals("ready", device.path("status").asText(), devices::toString);
      }
    }
    worker.process().destroy();
    worker.end().expectExit(0);
    assertFalse(
        Files.readString(worker.err()).contains("Exception"), Files.readString(worker.err()));
  }

  @Test
  void everythingKilled_inTheMiddle_jobEnds_nothingMeasuredTwice() throws Exception {
    int port = freePort();
    String url = "http://127.0.0.1:" + port;
    Program.Running serve = serve(port);
    Program.Running worker = worker(url, data.resolve("admin.token"));
    Program.Running submit;
    int trials = 60;
    try (OctuneClient client = client(url)) {
      waitForDevice(client, "ready");
      submit =
          program.start(
              "submit",
              LARGE,
              "--device-key",
              "here",
              "--trials",
              String.valueOf(trials),
              "--strategy",
              "random",
              "--wait",
              "--json",
              "--server",
              url,
              "--token-file",
              data.resolve("admin.token").toString());
      waitForTrials(client, 10);
      serve.process().destroyForcibly().waitFor();
      serve = serve(port);
      waitForTrials(client, 25);
      worker.process().destroyForcibly().waitFor();
      worker = worker(url, data.resolve("admin.token"));
      waitForTrials(client, 40);
      serve.process().destroyForcibly().waitFor();
      serve = serve(port);
    }
    Program.Ended ended = submit.end().expectExit(0);
    assertEquals(trials, ended.json().path("trials").asInt(), ended.out());
    assertTrue(ended.json().path("tasks").get(0).path("best").isObject(), ended.out());
    worker.process().destroyForcibly().waitFor();
    serve.process().destroyForcibly().waitFor();
    List<TuningRecord> measured = new ArrayList<>();
    try (TuningDb db = TuningDb.open(data.resolve("tuning"), TuningDb.Access.READER);
        Stream<TuningRecord> records = db.records(RecordFilter.ALL)) {
      records.filter(record -> record.kind() == TuningRecord.Kind.TRIAL).forEach(measured::add);
    }
    Set<String> schedules = new HashSet<>();
    measured.forEach(
        record -> assertTrue(schedules.add(record.schedule().text()), record.schedule().text()));
    assertEquals(trials, measured.size());
  }

  @Test
  void workers_comeAreRefusedAndRevoked_asTheAuditLogTells() throws Exception {
    Program.Running serve = serve(freePort());
    String url = url(serve);
    try (OctuneClient client = client(url)) {
      JsonNode reader = client.createToken("tom", List.of("read"), 1);
      JsonNode measurer = client.createToken("board", List.of("measure"), 1);
      Path readToken = Files.writeString(folder.resolve("read"), reader.path("token").asText());
      worker(url, readToken).end().expectRefused(1, "refuses this worker", "measure");
      Path token = Files.writeString(folder.resolve("measure"), measurer.path("token").asText());
      Program.Running worker = worker(url, token);
      waitForDevice(client, "ready");
      client.revokeToken(measurer.path("id").asText());
      // Its connection is ended at once, and it is not let in again.
      worker.end().expectRefused(1, "refuses this worker", "not known");
      String log = Files.readString(data.resolve("audit.jsonl"));
      assertTrue(
          log.contains(
              "\"token\":\"%s\",\"what\":\"worker.refused\"".formatted(reader.path("id").asText())),
          log);
      assertTrue(
          log.contains(
              "\"who\":\"board\",\"token\":\"%s\",\"what\":\"worker.attach\",\"on\":\"bench\",\"outcome\":\"1 devices"
                  .formatted(measurer.path("id").asText())),
          log);
      assertTrue(log.contains("\"who\":\"127.0.0.1\",\"what\":\"worker.refused\""), log);
      assertFalse(log.contains(measurer.path("token").asText()), log);
    }
  }

  @Test
  void wrongUse_isToldWithWhatMends() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");
    program
        .run("serve", "--data", file.resolve("in").toString())
        .expectRefused(2, "Data folder", "Mend:");
    program
        .run("serve", "--listen", "0.0.0.0:0", "--data", data.toString())
        .expectRefused(2, "--tls-cert");
    program
        .run("serve", "--listen", "here", "--data", data.toString())
        .expectRefused(2, "--listen 'here'");
    program
        .run("serve", "--tls-cert", file.toString(), "--data", data.toString())
        .expectRefused(2, "--tls-key");
    program
        .run(
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            file.toString(),
            "--tls-key",
            file.toString(),
            "--data",
            data.toString())
        .expectRefused(2, "TLS");
    program
        .run(
            "status", "--server", "http://127.0.0.1:" + freePort(), "--token-file", file.toString())
        .expectRefused(1, "Mend:");
    program
        .run("status", "--server", "nowhere", "--token-file", file.toString())
        .expectRefused(2, "address");
    program
        .run("status", "--token-file", folder.resolve("none").toString())
        .expectRefused(2, "Token file");
    program
        .run(
            "submit",
            folder.resolve("none.tflite").toString(),
            "--device-key",
            "k",
            "--token-file",
            file.toString())
        .expectRefused(2, "no such readable file");
    program
        .run("submit", "dense_int8 m=0", "--device-key", "k", "--token-file", file.toString())
        .expectRefused(2, "Mend:");
  }

  private Program.Running serve(int port) throws Exception {
    Program.Running running =
        program.start(
            "serve", "--listen", "127.0.0.1:" + port, "--data", data.toString(), "--json");
    String _ = url(running);
    return running;
  }

  private Program.Running worker(String url, Path token) throws IOException {
    return program.start(
        "worker",
        "--server",
        url,
        "--token-file",
        token.toString(),
        "--device-key",
        "here",
        "--name",
        "bench");
  }

  private OctuneClient client(String url) throws IOException {
    return OctuneClient.of(URI.create(url), Files.readString(data.resolve("admin.token")).strip());
  }

  /** What the service prints once it is ready. */
  private static String url(Program.Running serve) throws Exception {
    long deadline = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (!Files.readString(serve.out()).endsWith("}\n")) {
      assertTrue(
          serve.process().isAlive() && System.currentTimeMillis() < deadline,
          () -> "no service: " + serve.err());
      Thread.sleep(20);
    }
    return JSON.readTree(Files.readString(serve.out())).path("url").asText();
  }

  private static void waitForDevice(OctuneClient client, String status) throws Exception {
    waitForDevices(client, 1, status);
  }

  private static void waitForDevices(OctuneClient client, int count, String status)
      throws Exception {
    long deadline = System.currentTimeMillis() + PATIENCE_MILLIS;
    JsonNode devices = client.devices();
    while (devices.size() < count || !allAre(devices, status)) {
      assertTrue(System.currentTimeMillis() < deadline, "no device: " + devices);
      Thread.sleep(50);
      devices = client.devices();
    }
  }

  private static boolean allAre(JsonNode devices, String status) {
    for (JsonNode device : devices) {
      if (!device.path("status").asText().equals(status)) {
        return false;
      }
    }
    return true;
  }

  private static void waitForTrials(OctuneClient client, int wanted) throws Exception {
    long deadline = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (true) {
      JsonNode jobs = client.jobs(Map.of()).path("jobs");
      if (!jobs.isEmpty() && jobs.get(0).path("trials").asInt() >= wanted) {
        return;
      }
      assertTrue(System.currentTimeMillis() < deadline, "too few trials: " + jobs);
      Thread.sleep(20);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
