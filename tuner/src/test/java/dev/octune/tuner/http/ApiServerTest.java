package dev.octune.tuner.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.coordinator.JobMove;
import dev.octune.tuner.coordinator.JobState;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The API as its document has it. */
final class ApiServerTest {
  /** What other rooms answer; their own tests hold these against the document. */
  private static final Set<String> ELSEWHERE =
      Set.of("/api/v1/lookup", "/api/v1/records", "/api/v1/kernels");

  private static final OpenApi OPEN_API = new OpenApi();

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

  @Test
  void document_namesEveryPathWithItsRole_andNoOther() {
    Set<OpenApi.Operation> served =
        service.server.declared().stream()
            .map(
                route ->
                    new OpenApi.Operation(
                        route.method().name(),
                        route.path(),
                        route.role().map(Role::text).orElse("-")))
            .collect(Collectors.toSet());
    Set<OpenApi.Operation> documented = new HashSet<>(OPEN_API.operations());
    documented.removeIf(operation -> ELSEWHERE.stream().anyMatch(operation.path()::startsWith));
    assertEquals(documented, served);
  }

  @Test
  void document_isServedAsItIs() throws Exception {
    JsonNode served = service.get(service.admin, "/api/v1/openapi.json").expect(200).json();
    assertEquals("3.1.0", served.path("openapi").asText());
    assertEquals(OPEN_API.document().getMap().size(), served.size());
  }

  static Set<OpenApi.Operation> operations() {
    return OPEN_API.operations();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void everyPath_withoutToken_isClosedUnlessTheDocumentSaysOpen(OpenApi.Operation operation)
      throws Exception {
    String path = operation.path().replaceAll("\\{[a-z]+}", "job-1");
    ServerFixture.Answer answer =
        service.send(
            service
                .request("", path)
                .method(operation.method(), java.net.http.HttpRequest.BodyPublishers.noBody())
                .build());
    if (operation.role().equals("-")) {
      assertTrue(answer.status() != 401 && answer.status() != 403, answer.body());
    } else {
      OPEN_API.assertIs("Problem", answer.expect(401).body());
      assertTrue(answer.response().headers().firstValue("WWW-Authenticate").isPresent());
    }
  }

  @Test
  void roles_openWhatTheDocumentSays() throws Exception {
    String read = service.token("reader", Role.READ);
    String submit = service.token("sue", Role.SUBMIT);
    String measure = service.token("board", Role.MEASURE);
    String job = service.submit(submit, ServerFixture.DENSE);
    service.get(read, "/api/v1/jobs/" + job).expect(200);
    service.get(submit, "/api/v1/jobs").expect(200);
    OPEN_API.assertIs("Problem", service.delete(read, "/api/v1/jobs/" + job).expect(403).body());
    service.get(measure, "/api/v1/jobs").expect(403);
    service.get(measure, "/metrics").expect(403);
    service.get(submit, "/api/v1/tokens").expect(403);
    service.post(submit, "/api/v1/devices/rack-1/release", "{}").expect(403);
  }

  @Test
  void job_ofAnother_isMovedByAdminsOnly() throws Exception {
    String sue = service.token("sue", Role.SUBMIT);
    String tom = service.token("tom", Role.SUBMIT);
    String job = service.submit(sue, ServerFixture.DENSE);
    service.post(tom, "/api/v1/jobs/" + job + "/pause", "").expect(403);
    String tried = service.auditLines().getLast();
    assertTrue(
        tried.contains("\"who\":\"tom\"") && tried.contains("refused: it belongs to sue"), tried);
    JsonNode paused =
        service.post(sue, "/api/v1/jobs/" + job + "/pause?why=lunch", "").expect(200).json();
    assertEquals("paused", paused.path("state").asText());
    assertEquals("lunch", paused.path("moves").get(1).path("why").asText());
    assertEquals("sue", paused.path("moves").get(1).path("who").asText());
    service.post(sue, "/api/v1/jobs/" + job + "/resume", "").expect(200);
    ServerFixture.Answer cancelled =
        service.delete(service.admin, "/api/v1/jobs/" + job).expect(200);
    OPEN_API.assertIs("Job", cancelled.body());
    assertEquals("cancelled", cancelled.json().path("state").asText());
    OPEN_API.assertIs("Problem", service.delete(sue, "/api/v1/jobs/" + job).expect(409).body());
  }

  @Test
  void jobs_areListedByPages_newestFirst() throws Exception {
    for (int i = 0; i < 5; i++) {
      service.submit(service.admin, ServerFixture.DENSE);
    }
    ServerFixture.Answer first = service.get(service.admin, "/api/v1/jobs?limit=2").expect(200);
    OPEN_API.assertIs("JobPage", first.body());
    assertEquals("job-5", first.json().path("jobs").get(0).path("job").asText());
    assertEquals("job-4", first.json().path("next").asText());
    JsonNode last =
        service.get(service.admin, "/api/v1/jobs?limit=2&before=job-2").expect(200).json();
    assertEquals(1, last.path("jobs").size());
    assertTrue(last.path("next").isNull());
    assertEquals(
        0,
        service
            .get(service.admin, "/api/v1/jobs?state=running")
            .expect(200)
            .json()
            .path("jobs")
            .size());
    service.get(service.admin, "/api/v1/jobs?state=asleep").expect(400);
    service.get(service.admin, "/api/v1/jobs?limit=0").expect(400);
    service.get(service.admin, "/api/v1/jobs?limit=1&limit=2").expect(400);
  }

  @Test
  void answers_haveTheSchemasOfTheDocument() throws Exception {
    ServerFixture.Answer submitted =
        service
            .post(
                service.admin,
                "/api/v1/jobs",
                """
                {"workloads":["%s",{"workload":"%s","uses":3}],"device_key":"rack","trials":20,
                 "time_seconds":1.5,"priority":7,"strategy":"random","seed":42,"name":"both"}
                """
                    .formatted(ServerFixture.DENSE, ServerFixture.CONV))
            .expect(201);
    OPEN_API.assertIs("Submitted", submitted.body());
    JobId id = JobId.parse(submitted.json().path("job").asText());
    String path = "/api/v1/jobs/" + id;
    assertEquals(path, submitted.response().headers().firstValue("Location").orElseThrow());
    OPEN_API.assertIs("Job", service.get(service.admin, path).expect(200).body());
    OPEN_API.assertIs(
        "TuneResult", service.get(service.admin, path + "/result").expect(200).body());
    service.coordinator.moved(id, JobState.RUNNING, JobMove.SERVICE, "a device is free");
    service.coordinator.trial(id, 0, 900);
    service.coordinator.trial(id, 1, -1);
    service.coordinator.confirm(id, 1);
    ServerFixture.Answer job = service.get(service.admin, path).expect(200);
    OPEN_API.assertIs("Job", job.body());
    assertEquals(3, job.json().path("task_list").get(1).path("uses").asInt());
    assertEquals(42, job.json().path("seed").asInt());
    assertEquals(1.5, job.json().path("budget").path("time_seconds").asDouble());
    OPEN_API.assertIs(
        "TuneResult", service.get(service.admin, path + "/result").expect(200).body());
    OPEN_API.assertAnswers(
        "get", "/api/v1/devices", 200, service.get(service.admin, "/api/v1/devices").body());
    OPEN_API.assertIs("Device", service.get(service.admin, "/api/v1/devices/rack-1").body());
    OPEN_API.assertAnswers(
        "get", "/api/v1/tokens", 200, service.get(service.admin, "/api/v1/tokens").body());
    OPEN_API.assertIs("Health", service.get("", "/health/live").expect(200).body());
  }

  @Test
  void device_quarantined_isReleasedByAnAdmin() throws Exception {
    JsonNode before = service.get(service.admin, "/api/v1/devices/rack-1").expect(200).json();
    assertEquals("wrong_answer", before.path("quarantine").path("cause").asText());
    ServerFixture.Answer released =
        service.post(service.admin, "/api/v1/devices/rack-1/release", "").expect(200);
    OPEN_API.assertIs("Device", released.body());
    assertTrue(released.json().path("quarantine").isNull());
    service.post(service.admin, "/api/v1/devices/rack-1/release", "").expect(409);
    service.post(service.admin, "/api/v1/devices/nobody/release", "").expect(404);
  }

  @Test
  void token_madeAndRevoked_opensAndOpensNoMore() throws Exception {
    ServerFixture.Answer made =
        service
            .post(
                service.admin,
                "/api/v1/tokens",
                "{\"principal\":\"ci\",\"roles\":[\"read\",\"submit\"],\"weight\":2}")
            .expect(201);
    OPEN_API.assertAnswers("post", "/api/v1/tokens", 201, made.body());
    String secret = made.json().path("token").asText();
    service.get(secret, "/api/v1/jobs").expect(200);
    String job = service.submit(secret, ServerFixture.DENSE);
    assertEquals(2.0, service.get(secret, "/api/v1/jobs/" + job).json().path("weight").asDouble());
    String id = made.json().path("id").asText();
    service.delete(service.admin, "/api/v1/tokens/" + id).expect(204);
    service.get(secret, "/api/v1/jobs").expect(401);
    service.delete(service.admin, "/api/v1/tokens/" + id).expect(404);
    assertFalse(service.get(service.admin, "/api/v1/tokens").body().contains(secret));
  }

  @Test
  void deeds_standInTheAuditLog_withoutSecrets() throws Exception {
    String sue = service.token("sue", Role.SUBMIT);
    String job = service.submit(sue, ServerFixture.DENSE);
    service.delete(sue, "/api/v1/jobs/" + job).expect(200);
    service.delete(sue, "/api/v1/jobs/" + job).expect(409);
    String made =
        service
            .post(service.admin, "/api/v1/tokens", "{\"principal\":\"x\",\"roles\":[\"read\"]}")
            .expect(201)
            .json()
            .path("token")
            .asText();
    String log = String.join("\n", service.auditLines());
    assertEquals(4, service.auditLines().size(), log);
    assertTrue(log.contains("\"what\":\"job.submit\"") && log.contains("\"who\":\"sue\""), log);
    assertTrue(log.contains("refused"), log);
    assertTrue(log.contains("token.create"), log);
    assertFalse(log.contains(made) || log.contains(sue), log);
  }

  @Test
  void logins_thatFail_standInTheAuditLog_withoutSecrets() throws Exception {
    String guess = "octune_" + "A".repeat(43);
    String sue = service.token("sue", Role.SUBMIT);
    service.get(guess, "/api/v1/jobs").expect(401);
    service.get(sue, "/api/v1/tokens").expect(403);
    // Nobody waits for these lines.
    for (int tries = 0; service.auditLines().size() < 2; tries++) {
      assertTrue(tries < 1000, "no lines");
      Thread.sleep(10);
    }
    List<String> lines = service.auditLines();
    assertTrue(
        lines
            .getFirst()
            .contains(
                "\"who\":\"127.0.0.1\",\"what\":\"login.refused\",\"on\":\"GET /api/v1/jobs\""),
        lines.getFirst());
    assertTrue(lines.getFirst().contains("the token is not known"), lines.getFirst());
    assertTrue(lines.getLast().contains("\"who\":\"sue\",\"token\":"), lines.getLast());
    assertTrue(
        lines.getLast().contains("the role admin is wanted, it has submit"), lines.getLast());
    assertFalse(lines.toString().contains(guess) || lines.toString().contains(sue));
  }

  @Test
  void readiness_isSaidAsItIs() throws Exception {
    OPEN_API.assertIs("Health", service.get("", "/health/ready").expect(200).body());
    service.coordinator.fail("no room is left on the device");
    assertEquals(
        "no room is left on the device",
        service.get("", "/health/ready").expect(503).json().path("reason").asText());
    service.readiness.draining();
    assertEquals(
        "draining", service.get("", "/health/ready").expect(503).json().path("status").asText());
    service.get("", "/health/live").expect(200);
  }

  @Test
  void metrics_countRequestsByOperation() throws Exception {
    service.get(service.admin, "/api/v1/jobs").expect(200);
    service.get(service.admin, "/api/v1/jobs/job-9").expect(404);
    String metrics = service.get(service.admin, "/metrics").expect(200).body();
    assertTrue(
        metrics.contains(
            "octune_http_requests_seconds_count{operation=\"GET"
                + " /api/v1/jobs/{job}\",status=\"404\"} 1"),
        metrics);
  }

  @Test
  void unknownPathOrMethod_isAProblem() throws Exception {
    OPEN_API.assertIs("Problem", service.get(service.admin, "/api/v1/nothing").expect(404).body());
    OPEN_API.assertIs("Problem", service.delete(service.admin, "/api/v1/jobs").expect(405).body());
    OPEN_API.assertIs("Problem", service.get("", "/nothing.html").expect(404).body());
  }
}
