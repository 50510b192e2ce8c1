package dev.octune.tuner.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.graph.TfliteFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.lite.schema.ActivationFunctionType;
import org.tensorflow.lite.schema.Padding;

/** Requests that are wrong, torn, hostile or too large: each is told why, and harms nobody else. */
final class BadRequestsTest {
  private static final OpenApi OPEN_API = new OpenApi();
  private static final String MODEL_PATH = "/api/v1/jobs?device_key=rack&trials=5";
  private static final String OCTETS = "application/octet-stream";

  @TempDir private Path folder;
  private ServerFixture service;

  @BeforeEach
  void start() throws Exception {
    service = new ServerFixture(folder);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "400 | {\"workloads\":                               | no JSON",
        "400 | [1]                                           | no JSON object",
        "400 | {} {}                                         | no JSON",
        "400 | {\"device_key\":\"rack\",\"device_key\":\"x\"}  | no JSON",
        "400 | {\"workloads\":[\"W\"]}                        | device_key is missing",
        "400 | {\"workloads\":[\"W\"],\"device_key\":7}         | device_key is NUMBER",
        "400 | {\"workloads\":[],\"device_key\":\"rack\"}       | workloads is no array",
        "400 | {\"workloads\":\"W\",\"device_key\":\"rack\"}    | workloads is no array",
        "400 | {\"workloads\":[\"W\",3],\"device_key\":\"rack\"} | workloads[1]",
        "400 | {\"workloads\":[{\"workload\":\"W\",\"uses\":0}],\"device_key\":\"rack\"} |"
            + " workloads[0]",
        "400 | {\"workloads\":[\"W\"],\"device_key\":\"rack\",\"trails\":3} | 'trails' is not"
            + " known",
        "400 | {\"workloads\":[\"W\"],\"device_key\":\"rack\",\"trials\":\"3\"} | trials is STRING",
        "400 | {\"workloads\":[\"W\"],\"device_key\":\"rack\",\"trials\":3.5} | no whole number",
        "422 | {\"workloads\":[\"W\"],\"device_key\":\"rack\",\"trials\":-1} | trials is -1",
        "422 | {\"workloads\":[\"W\"],\"device_key\":\"rack\",\"time_seconds\":0} | time_seconds",
        "422 | {\"workloads\":[\"W\"],\"device_key\":\"rack\",\"priority\":101} | priority is 101",
        "422 | {\"workloads\":[\"W\"],\"device_key\":\"rack\",\"strategy\":\"luck\"} | strategy"
            + " 'luck'",
        "422 | {\"workloads\":[\"W\"],\"device_key\":\"Rack!\"} | device key 'Rack!'",
        "422 | {\"workloads\":[\"W\"],\"device_key\":\"moon\"}  | known keys: rack",
        "422 | {\"workloads\":[\"W\",\"dense_int8 m=0\"],\"device_key\":\"rack\"} | workloads[1]",
        "422 | {\"workloads\":[\"W\"],\"device_key\":\"rack\",\"target\":\"x86_64 cpu=znver4"
            + " isa=avx512vnni threads=1\"} | not 'x86_64 cpu=znver4",
        "422 | {\"workloads\":[\"U\"],\"device_key\":\"rack\"}  | None of its 1 layers has a task",
      })
  void json_thatMakesNoSense_isRefusedWithTheReason(int status, String body, String words)
      throws Exception {
    ServerFixture.Answer answer =
        service
            .post(
                service.admin,
                "/api/v1/jobs",
                body.replace("\"W\"", "\"" + ServerFixture.DENSE + "\"")
                    .replace(
                        "\"U\"", "\"" + "dense_int8 m=70000 k=4 n=4 act=u8 wgt=s8 out=s32" + "\""))
            .expect(status);
    OPEN_API.assertIs("Problem", answer.body());
    assertEquals(Problem.MEDIA_TYPE, answer.type());
    assertTrue(answer.json().path("detail").asText().contains(words), answer.body());
    assertTrue(service.coordinator.jobs().isEmpty());
  }

  @Test
  void body_ofAnotherType_isRefused() throws Exception {
    OPEN_API.assertIs(
        "Problem",
        service
            .post(service.admin, "/api/v1/jobs", "text/plain", BodyPublishers.ofString("x"))
            .expect(415)
            .body());
    service
        .post(service.admin, "/api/v1/tokens", "text/plain", BodyPublishers.ofString("x"))
        .expect(415);
  }

  @Test
  void json_tooLarge_isRefused_declaredOrNot() throws Exception {
    byte[] large = new byte[5 << 20];
    Arrays.fill(large, (byte) ' ');
    OPEN_API.assertIs(
        "Problem",
        service
            .post(
                service.admin,
                "/api/v1/jobs",
                "application/json",
                BodyPublishers.ofByteArray(large))
            .expect(413)
            .body());
    service
        .post(
            service.admin,
            "/api/v1/jobs",
            "application/json",
            BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))
        .expect(413);
    service.get(service.admin, "/api/v1/jobs").expect(200);
  }

  @Test
  void model_becomesAJob_rawAndAsForm() throws Exception {
    byte[] model = model();
    ServerFixture.Answer raw =
        service
            .post(
                service.admin,
                MODEL_PATH + "&name=small",
                OCTETS,
                BodyPublishers.ofByteArray(model))
            .expect(201);
    OPEN_API.assertIs("Submitted", raw.body());
    assertEquals(1, raw.json().path("tasks").asInt());
    ServerFixture.Answer form =
        service
            .post(
                service.admin,
                "/api/v1/jobs",
                "multipart/form-data; boundary=XX",
                BodyPublishers.ofByteArray(form("model", model)))
            .expect(201);
    JsonNode job =
        service
            .get(service.admin, "/api/v1/jobs/" + form.json().path("job").asText())
            .expect(200)
            .json();
    assertEquals("net.tflite", job.path("name").asText());
    assertEquals(7, job.path("budget").path("trials").asInt());
    assertEquals("conv_out", job.path("task_list").get(0).path("layers").get(0).asText());
    assertEquals(0, service.uploadsLeft());
  }

  @Test
  void model_withRealWeights_namesTheirHash() throws Exception {
    String workload = workloadOf("&weights=real");
    assertTrue(workload.contains("weights=sha256:"), workload);
  }

  @Test
  void model_withRequantizedOutputs_namesThem() throws Exception {
    assertTrue(workloadOf("").endsWith("out=s32"));
    assertTrue(workloadOf("&out=requantized").contains("out=u8 round=single"));
    assertTrue(workloadOf("&out=requantized-reference").contains("out=u8 round=double"));
    String detail =
        service
            .post(
                service.admin, MODEL_PATH + "&out=f32", OCTETS, BodyPublishers.ofByteArray(model()))
            .expect(422)
            .json()
            .path("detail")
            .asText();
    assertTrue(detail.contains("out is 'f32'"), detail);
  }

  /** The workload of the model's one layer, as a job of these options has it. */
  private String workloadOf(String options) throws Exception {
    String id =
        service
            .post(service.admin, MODEL_PATH + options, OCTETS, BodyPublishers.ofByteArray(model()))
            .expect(201)
            .json()
            .path("job")
            .asText();
    return service
        .get(service.admin, "/api/v1/jobs/" + id)
        .json()
        .path("task_list")
        .get(0)
        .path("workload")
        .asText();
  }

  @Test
  void model_withItsDigest_isChecked() throws Exception {
    byte[] model = model();
    String digest =
        Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(model));
    service
        .send(
            service
                .request(service.admin, MODEL_PATH)
                .header("Content-Type", OCTETS)
                .header("Content-Digest", "sha-256=:" + digest + ":")
                .POST(BodyPublishers.ofByteArray(model))
                .build())
        .expect(201);
    model[model.length / 2] ^= 1;
    ServerFixture.Answer refused =
        service
            .send(
                service
                    .request(service.admin, MODEL_PATH)
                    .header("Content-Type", OCTETS)
                    .header("Content-Digest", "sha-256=:" + digest + ":")
                    .POST(BodyPublishers.ofByteArray(model))
                    .build())
            .expect(400);
    assertTrue(refused.json().path("detail").asText().contains("SHA-256"), refused.body());
    assertEquals(1, service.coordinator.jobs().size());
    waitUntilNoUploadIsLeft();
  }

  @Test
  void model_tooLarge_isRefused_inEachForm() throws Exception {
    byte[] large = new byte[(int) ServerFixture.MAX_MODEL_BYTES + 100_000];
    for (var body :
        List.of(
            BodyPublishers.ofByteArray(large),
            BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))) {
      OPEN_API.assertIs(
          "Problem", service.post(service.admin, MODEL_PATH, OCTETS, body).expect(413).body());
    }
    byte[] form = form("model", large);
    service
        .post(
            service.admin,
            "/api/v1/jobs",
            "multipart/form-data; boundary=XX",
            BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(form)))
        .expect(413);
    waitUntilNoUploadIsLeft();
  }

  @Test
  void model_hostile_isRefusedWithoutTellingWhereItLay() throws Exception {
    byte[] good = model();
    List<byte[]> hostile = new ArrayList<>();
    hostile.add(new byte[0]);
    hostile.add("PK".getBytes(StandardCharsets.US_ASCII));
    hostile.add(Arrays.copyOf(good, good.length / 2));
    byte[] offsets = good.clone();
    Arrays.fill(offsets, 8, 64, (byte) 0xff);
    hostile.add(offsets);
    for (byte[] bytes : hostile) {
      ServerFixture.Answer answer =
          service
              .post(service.admin, MODEL_PATH, OCTETS, BodyPublishers.ofByteArray(bytes))
              .expect(422);
      OPEN_API.assertIs("Problem", answer.body());
      assertFalse(answer.body().contains(folder.toString()), answer.body());
    }
    assertEquals(0, service.uploadsLeft());
    service.get("", "/health/live").expect(200);
  }

  @Test
  void form_broken_isRefused() throws Exception {
    service
        .post(
            service.admin,
            "/api/v1/jobs",
            "multipart/form-data; boundary=XX",
            BodyPublishers.ofByteArray(form("other", model())))
        .expect(400);
    service
        .post(
            service.admin,
            "/api/v1/jobs",
            "multipart/form-data; boundary=XX",
            BodyPublishers.ofByteArray(fields()))
        .expect(400);
    service
        .post(
            service.admin,
            "/api/v1/jobs",
            "multipart/form-data",
            BodyPublishers.ofString("no boundary"))
        .expect(400);
    waitUntilNoUploadIsLeft();
  }

  @Test
  void upload_torn_leavesNothing() throws Exception {
    for (int i = 0; i < 10; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.server.port())) {
        OutputStream out = socket.getOutputStream();
        String head =
            """
            POST %s HTTP/1.1\r
            Host: x\r
            Authorization: Bearer %s\r
            Content-Type: %s\r
            Content-Length: 100000\r
            \r
            """
                .formatted(MODEL_PATH, service.admin, OCTETS);
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[5_000]);
        out.flush();
      }
    }
    // The server may still be about to notice: all places for uploads become free again.
    int tries = 0;
    while (service
            .post(service.admin, MODEL_PATH, OCTETS, BodyPublishers.ofByteArray(model()))
            .status()
        != 201) {
      assertTrue(tries++ < 1000, "places stay taken");
      Thread.sleep(10);
    }
    waitUntilNoUploadIsLeft();
    assertEquals(1, service.coordinator.jobs().size());
  }

  @Test
  void clients_thatSendNothing_doNotKeepOthersOut() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.server.port());
        silent.add(socket);
        if (i % 2 == 0) {
          socket
              .getOutputStream()
              .write(
                  "POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 50\r\n\r\n{"
                      .formatted(service.admin)
                      .getBytes(StandardCharsets.US_ASCII));
        }
      }
      service.submit(service.admin, ServerFixture.DENSE);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void headers_tooLarge_areRefused() throws Exception {
    assertTrue(
        service
                .send(
                    service
                        .request(service.admin, "/api/v1/jobs")
                        .header("X-Filler", "x".repeat(20_000))
                        .GET()
                        .build())
                .status()
            >= 400);
    assertTrue(
        service.get(service.admin, "/api/v1/jobs?owner=" + "x".repeat(10_000)).status() >= 400);
    service.get(service.admin, "/api/v1/jobs").expect(200);
  }

  @Test
  void strangers_thatGuess_areSlowedDown_othersAreNot() throws Exception {
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      statuses.add(service.get("octune_" + "A".repeat(43), "/api/v1/jobs").status());
    }
    assertTrue(statuses.contains(401) && statuses.contains(429), statuses.toString());
    service.get(service.admin, "/api/v1/jobs").expect(200);
  }

  @Test
  void quota_full_isSaid() throws Exception {
    service.coordinator.limitOpenJobs(1);
    String sue = service.token("sue", Role.SUBMIT);
    service.submit(sue, ServerFixture.DENSE);
    ServerFixture.Answer refused =
        service
            .post(
                sue,
                "/api/v1/jobs",
                "{\"workloads\":[\"%s\"],\"device_key\":\"rack\"}".formatted(ServerFixture.DENSE))
            .expect(429);
    OPEN_API.assertIs("Problem", refused.body());
    assertEquals("urn:octune:problem:quota", refused.json().path("type").asText());
  }

  private void waitUntilNoUploadIsLeft() throws IOException, InterruptedException {
    for (int tries = 0; service.uploadsLeft() > 0; tries++) {
      assertTrue(tries < 1000, "uploads stay");
      Thread.sleep(10);
    }
  }

  private static byte[] model() {
    TfliteFile file = new TfliteFile();
    int in = file.tensor("in", TfliteFile.S8, 0.1f, 0, 1, 8, 8, 4);
    int weights = file.constant("w", TfliteFile.S8, 0, -127, 127, 8, 3, 3, 4);
    file.perChannel(weights, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    int out = file.tensor("conv_out", TfliteFile.S8, 0.1f, 0, 1, 8, 8, 8);
    file.inputs(in);
    file.conv(in, weights, out, Padding.SAME, 1, 1, ActivationFunctionType.NONE);
    return file.bytes();
  }

  private static byte[] form(String part, byte[] model) throws IOException {
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    form.write(
        """
        --XX\r
        Content-Disposition: form-data; name="%s"; filename="net.tflite"\r
        Content-Type: application/octet-stream\r
        \r
        """
            .formatted(part)
            .getBytes(StandardCharsets.US_ASCII));
    form.write(model);
    form.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    form.write(fields());
    return form.toByteArray();
  }

  /** A form's fields without its file, and its end. */
  private static byte[] fields() {
    return """
    --XX\r
    Content-Disposition: form-data; name="device_key"\r
    \r
    rack\r
    --XX\r
    Content-Disposition: form-data; name="trials"\r
    \r
    7\r
    --XX--\r
    """
        .getBytes(StandardCharsets.US_ASCII);
  }
}
