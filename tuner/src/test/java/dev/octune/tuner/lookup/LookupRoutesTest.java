package dev.octune.tuner.lookup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.ActRange;
import dev.octune.kernels.workload.WgtRange;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.client.LookupAnswer;
import dev.octune.tuner.client.OctuneClient;
import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.coordinator.JobState;
import dev.octune.tuner.http.HandCoordinator;
import dev.octune.tuner.http.OpenApi;
import dev.octune.tuner.http.ServerFixture.Answer;
import dev.octune.tuner.report.LookupReport;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Look-ups through a real server. */
final class LookupRoutesTest {
  private static final OpenApi OPEN_API = new OpenApi();
  private static final String PATH = "/api/v1/lookup";
  private static final Target AVX2 = HandCoordinator.TARGET;
  private static final Target VNNI = Target.parse("x86_64 cpu=znver4 isa=avx512vnni threads=1");
  private static final KernelLibrary LIBRARY = KernelLibrary.standard();

  @TempDir private Path folder;
  private KnowledgeFixture service;

  @BeforeEach
  void start() throws Exception {
    service = new KnowledgeFixture(folder);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void paths_haveTheRolesOfTheDocument() throws Exception {
    String measure = service.api.token("board", Role.MEASURE);
    List<OpenApi.Operation> mine =
        OPEN_API.operations().stream()
            .filter(each -> each.path().matches("/api/v1/(lookup|records|kernels)(/.*)?"))
            .toList();
    assertEquals(6, mine.size(), mine::toString);
    for (OpenApi.Operation operation : mine) {
      String path = operation.path().replaceAll("\\{[a-z]+}", "0");
      Answer refused = method(measure, operation.method(), path).expect(403);
      assertTrue(
          refused.json().path("detail").asText().contains("wants: " + operation.role()),
          refused.body());
      Answer answer = method(service.api.admin, operation.method(), path);
      assertFalse(answer.body().contains("There is no path"), answer.body());
    }
  }

  private Answer method(String token, String method, String path) throws Exception {
    return service.api.send(
        service.api.request(token, path).method(method, BodyPublishers.noBody()).build());
  }

  @Test
  void get_anyQuery_isWhatTheCommandPrints() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 20; i++) {
      service.tuned(workload(random), random.nextBoolean() ? AVX2 : VNNI, 500 + i);
    }
    Set<String> matches = new TreeSet<>();
    List<String> batch = new ArrayList<>();
    List<JsonNode> wanted = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Workload query = workload(random);
      JsonNode answer = get(query, VNNI).expect(200).json();
      JsonNode report =
          new LookupReport(query, VNNI, service.db.lookup(query, VNNI, LIBRARY::contains)).json();
      assertEquals(new ObjectMapper().readTree(report.toString()), answer, query.text());
      matches.add(answer.path("match").asText());
      batch.add(query.text());
      wanted.add(answer);
    }
    Answer many = service.api.post(service.api.admin, PATH, body(VNNI, batch)).expect(200);
    OPEN_API.assertAnswers("post", PATH, 200, many.body());
    List<JsonNode> results = new ArrayList<>();
    many.json().path("results").forEach(results::add);
    assertEquals(wanted, results);
    System.out.println(matches);
    assertTrue(matches.size() >= 2, matches::toString);
  }

  @Test
  void get_everyMatch_hasTheDocumentedSchema() throws Exception {
    Workload dense = Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
    assertMatch("none", get(dense, AVX2));
    service.tuned(dense, AVX2, 500);
    assertMatch("exact", get(dense, AVX2));
    assertMatch("compatible", get(dense, VNNI));
    assertMatch(
        "compatible",
        get(dense.with(dense.numerics().withRanges(ActRange.U8, WgtRange.S8_64)), AVX2));
    Answer nearest = get(Workload.parse("dense_int8 m=1 k=64 n=12 act=u8 wgt=s8 out=s32"), AVX2);
    assertMatch("nearest", nearest);
    assertTrue(nearest.json().path("record").path("median_ns").isNull());
  }

  @Test
  void etag_changesWithTheAnswerAndWithNothingElse() throws Exception {
    Workload dense = Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
    Workload conv = workload(new Random(1));
    service.tuned(dense, AVX2, 500);
    String first = etag(get(dense, AVX2).expect(200));
    assertTrue(first.matches("\"[A-Za-z0-9_-]{22}\""), first);
    // What is stored about others does not change it.
    service.tuned(conv, AVX2, 700);
    service.tuned(dense, VNNI, 600);
    assertEquals(first, etag(get(dense, AVX2)));
    for (String known :
        List.of(first, "W/" + first, "\"other\", " + first, "*", "\"a\" ,W/\"b\"," + first)) {
      HttpResponse<String> same = getKnowing(dense, AVX2, known);
      assertEquals(304, same.statusCode(), known);
      assertEquals("", same.body());
      assertEquals(first, same.headers().firstValue("ETag").orElseThrow());
    }
    assertEquals(200, getKnowing(dense, AVX2, "\"other\"").statusCode());
    // Another process that knows the same says the same.
    try (KnowledgeFixture other = new KnowledgeFixture(folder.resolve("other"))) {
      other.put(service.best(dense, AVX2, 500));
      assertEquals(first, etag(other.get(PATH, dense, AVX2)));
    }
    service.tuned(dense, AVX2, 400);
    String second = etag(get(dense, AVX2));
    assertNotEquals(first, second);
    assertEquals(200, getKnowing(dense, AVX2, first).statusCode());
    // What was a miss may become a hit.
    Workload near = Workload.parse("dense_int8 m=1 k=64 n=12 act=u8 wgt=s8 out=s32");
    String miss = etag(get(near, AVX2));
    service.tuned(near, AVX2, 400);
    assertNotEquals(miss, etag(get(near, AVX2)));
  }

  @Test
  void post_batch_hasLimits() throws Exception {
    String text = "dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32";
    service.tuned(Workload.parse(text), AVX2, 500);
    Answer most =
        service
            .api
            .post(service.api.admin, PATH, body(AVX2, Collections.nCopies(10_000, text)))
            .expect(200);
    assertEquals(10_000, most.json().path("results").size());
    assertEquals("exact", most.json().path("results").get(9999).path("match").asText());
    for (String bad :
        List.of(
            body(AVX2, Collections.nCopies(10_001, text)),
            body(AVX2, List.of()),
            "{\"target\":\"" + AVX2 + "\"}",
            "{\"workloads\":[\"" + text + "\"]}",
            "{\"target\":7,\"workloads\":[\"" + text + "\"]}",
            "{\"target\":\"" + AVX2 + "\",\"workloads\":\"" + text + "\"}",
            "{\"target\":\"" + AVX2 + "\",\"workloads\":[\"" + text + "\"],\"x\":1}",
            "{\"target\":\"" + AVX2 + "\",\"workloads\":[7]}",
            "[]",
            "{",
            "")) {
      Answer refused = service.api.post(service.api.admin, PATH, bad);
      assertEquals(400, refused.status(), () -> bad.substring(0, Math.min(80, bad.length())));
      OPEN_API.assertIs("Problem", refused.body());
    }
    Answer named =
        service.api.post(service.api.admin, PATH, body(AVX2, List.of(text, "dense_int8 m=0")));
    assertTrue(named.expect(400).body().contains("workloads[1]"), named.body());
    service.api.post(service.api.admin, PATH, " ".repeat(7 << 20)).expect(413);
  }

  @Test
  void any_hostileInput_isRefusedByAProblem() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    String text = "dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32";
    for (int i = 0; i < 400; i++) {
      String workload = i % 2 == 0 ? noise(random) : mutated(text, random);
      String target = i % 4 < 2 ? AVX2.text() : mutated(AVX2.text(), random);
      Answer answer =
          i % 3 == 0
              ? service.api.post(
                  service.api.admin, PATH, mutated(body(AVX2, List.of(workload)), random))
              : service.api.get(
                  service.api.admin,
                  PATH
                      + "?workload="
                      + KnowledgeFixture.encoded(workload)
                      + "&target="
                      + KnowledgeFixture.encoded(target)
                      + "&wait="
                      + KnowledgeFixture.encoded(noise(random)));
      assertTrue(answer.status() < 500, () -> workload + " on " + target + ": " + answer);
      if (answer.status() != 200) {
        OPEN_API.assertIs("Problem", answer.body());
      }
    }
  }

  @Test
  void get_missingOrDoubleParameters_areNamed() throws Exception {
    for (String query :
        List.of("", "?workload=a", "?target=a", "?workload=a&workload=b&target=c")) {
      OPEN_API.assertIs(
          "Problem", service.api.get(service.api.admin, PATH + query).expect(400).body());
    }
  }

  @Test
  void wait_miss_queuesOneJobAndComesBackWithItsAnswer() throws Exception {
    String token = service.api.token("sue", Role.SUBMIT);
    Workload dense = Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
    List<CompletableFuture<Answer>> waiting =
        IntStream.range(0, 5).mapToObj(i -> waiting(token, dense, "60s")).toList();
    JobId job = new JobId(1);
    awaitJob(job);
    service.tuned(dense, AVX2, 500);
    service.api.coordinator.moved(job, JobState.DONE, "service", "budget is spent");
    for (CompletableFuture<Answer> each : waiting) {
      Answer answer = each.join().expect(200);
      OPEN_API.assertIs("LookupAnswer", answer.body());
      assertEquals("exact", answer.json().path("match").asText());
    }
    assertEquals(1, service.api.coordinator.jobs().size());
    assertEquals("sue", service.api.coordinator.jobs().getFirst().spec().owner());
    assertTrue(
        service.api.auditLines().stream().anyMatch(line -> line.contains("job.submit")),
        "the deed is written down");
    // What is exact needs no job, and no role to submit.
    String reader = service.api.token("reader", Role.READ);
    assertEquals(
        "exact", waiting(reader, dense, "60s").join().expect(200).json().path("match").asText());
  }

  @Test
  void wait_tooShort_isAcceptedWithItsJob() throws Exception {
    Workload dense = Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
    Answer answer = waiting(service.api.admin, dense, "50ms").join().expect(202);
    OPEN_API.assertIs("LookupAnswer", answer.body());
    assertEquals("job-1", answer.json().path("job").asText());
    assertEquals("none", answer.json().path("match").asText());
    // Whoever asks again waits for the same job, until it has ended.
    waiting(service.api.admin, dense, "50ms").join().expect(202);
    assertEquals(1, service.api.coordinator.jobs().size());
    service.api.coordinator.moved(new JobId(1), JobState.FAILED, "service", "no device is left");
    waiting(service.api.admin, dense, "50ms").join().expect(202);
    assertEquals(2, service.api.coordinator.jobs().size());
  }

  @Test
  void wait_jobFails_saysWhy() throws Exception {
    Workload dense = Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
    CompletableFuture<Answer> waiting = waiting(service.api.admin, dense, "60s");
    awaitJob(new JobId(1));
    service.api.coordinator.moved(new JobId(1), JobState.CANCELLED, "sue", "lunch");
    Answer answer = waiting.join().expect(200);
    assertTrue(answer.body().contains("job-1 is cancelled: lunch"), answer.body());
  }

  @Test
  void wait_whoseTokenIsRevoked_isAnsweredToNobody() throws Exception {
    String token = service.api.token("sue", Role.SUBMIT);
    Workload dense = Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
    CompletableFuture<Answer> revoked = waiting(token, dense, "60s");
    awaitJob(new JobId(1));
    CompletableFuture<Answer> other = waiting(service.api.admin, dense, "60s");
    String id = service.api.access.principal(token).orElseThrow().tokenId();
    assertTrue(service.api.access.revoke(id));
    service.tuned(dense, AVX2, 500);
    service.api.coordinator.moved(new JobId(1), JobState.DONE, "service", "budget is spent");
    OPEN_API.assertIs("Problem", revoked.join().expect(401).body());
    assertEquals("exact", other.join().expect(200).json().path("match").asText());
  }

  @Test
  void wait_refusals_areProblems() throws Exception {
    Workload dense = Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
    String reader = service.api.token("reader", Role.READ);
    OPEN_API.assertIs("Problem", waiting(reader, dense, "1s").join().expect(403).body());
    for (String bad : List.of("0s", "6m", "301s", "1h", "-1s", "soon", "", "9999999s")) {
      OPEN_API.assertIs(
          "Problem", waiting(service.api.admin, dense, bad).join().expect(400).body());
    }
    service
        .api
        .get(service.api.admin, KnowledgeFixture.query(PATH, dense, AVX2) + "&wait=1s")
        .expect(400);
    service
        .api
        .get(
            service.api.admin,
            KnowledgeFixture.query(PATH, dense, VNNI) + "&wait=1s&device_key=rack")
        .expect(422);
    service.api.coordinator.limitOpenJobs(0);
    OPEN_API.assertIs("Problem", waiting(service.api.admin, dense, "1s").join().expect(429).body());
    Workload uncovered =
        Workload.parse(
            "conv2d_NCHWc_int8 n=1 ic=16 ih=8 iw=8 oc=16 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
                + " dilation=1,1 groups=4 act=u8 wgt=s8 out=s32");
    if (LIBRARY.uncovered(uncovered, AVX2).isPresent()) {
      Answer answer = waiting(service.api.admin, uncovered, "1s").join().expect(200);
      assertTrue(answer.body().contains("not tuned: "), answer.body());
    }
  }

  @Test
  void client_singleBatchAndAgain_agree() throws Exception {
    Workload dense = Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
    service.tuned(dense, AVX2, 500);
    try (OctuneClient client =
        OctuneClient.of(
            URI.create("http://127.0.0.1:" + service.api.server.port()), service.api.admin)) {
      LookupAnswer first = client.lookup(dense.text(), AVX2.text());
      assertEquals(LookupAnswer.Match.EXACT, first.match());
      assertEquals(first, client.lookup(dense.text(), AVX2.text()));
      assertEquals(
          List.of(first, first), client.lookup(List.of(dense.text(), dense.text()), AVX2.text()));
      service.tuned(dense, AVX2, 250);
      assertEquals(
          250,
          client
              .lookup(dense.text(), AVX2.text())
              .record()
              .orElseThrow()
              .medianNanos()
              .orElseThrow());
      LookupAnswer later =
          client.lookup(
              "dense_int8 m=1 k=64 n=12 act=u8 wgt=s8 out=s32",
              AVX2.text(),
              "rack",
              Duration.ofMillis(20));
      assertEquals("job-1", later.job().orElseThrow());
    }
  }

  @Test
  void get_whileBestsCome_neverGoesBack() throws Exception {
    Workload dense = Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
    service.tuned(dense, AVX2, 10_000);
    CompletableFuture<Integer> reader =
        CompletableFuture.supplyAsync(
            () -> {
              double last = Double.POSITIVE_INFINITY;
              int reads = 0;
              while (last > 9_900) {
                double now = medianOf(dense);
                assertTrue(now <= last, now + " after " + last);
                last = now;
                reads++;
              }
              return reads;
            });
    for (int i = 1; i <= 100; i++) {
      service.tuned(dense, AVX2, 10_000 - i);
      // Durable is visible, whoever asks.
      assertEquals(10_000 - i, medianOf(dense));
    }
    assertTrue(reader.join() > 1);
  }

  private double medianOf(Workload workload) {
    try {
      return get(workload, AVX2).expect(200).json().path("record").path("median_ns").asDouble();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void awaitJob(JobId job) throws InterruptedException {
    while (service.api.coordinator.job(job).isEmpty()) {
      Thread.sleep(5);
    }
  }

  private CompletableFuture<Answer> waiting(String token, Workload workload, String wait) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return service.api.get(
                token,
                KnowledgeFixture.query(PATH, workload, AVX2)
                    + "&device_key="
                    + HandCoordinator.KEY.text()
                    + "&wait="
                    + KnowledgeFixture.encoded(wait));
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  private static void assertMatch(String match, Answer answer) {
    OPEN_API.assertAnswers("get", PATH, 200, answer.expect(200).body());
    assertEquals(match, answer.json().path("match").asText(), answer.body());
  }

  private Answer get(Workload workload, Target target) throws Exception {
    return service.get(PATH, workload, target);
  }

  private HttpResponse<String> getKnowing(Workload workload, Target target, String etags)
      throws Exception {
    return service
        .api
        .send(
            service
                .api
                .request(service.api.admin, KnowledgeFixture.query(PATH, workload, target))
                .header("If-None-Match", etags)
                .build())
        .response();
  }

  private static String etag(Answer answer) {
    return answer.response().headers().firstValue("ETag").orElseThrow();
  }

  private static String body(Target target, List<String> workloads) {
    var body = new ObjectMapper().createObjectNode().put("target", target.text());
    var list = body.putArray("workloads");
    workloads.forEach(list::add);
    return body.toString();
  }

  /** Few values, so that all kinds of matches happen. */
  private static Workload workload(Random random) {
    Workload workload =
        random.nextInt(3) == 0
            ? Workload.parse(
                "dense_int8 m=1 k=%d n=%d act=u8 wgt=s8 out=s32"
                    .formatted(16 << random.nextInt(2), 8 << random.nextInt(2)))
            : Workload.parse(
                ("conv2d_NCHWc_int8 n=1 ic=%d ih=8 iw=8 oc=16 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
                        + " dilation=1,1 act=u8 wgt=s8 out=s32")
                    .formatted(16 << random.nextInt(2)));
    return random.nextInt(3) == 0
        ? workload.with(workload.numerics().withRanges(ActRange.U8, WgtRange.S8_64))
        : workload;
  }

  private static String noise(Random random) {
    StringBuilder noise = new StringBuilder();
    for (int i = random.nextInt(60); i > 0; i--) {
      noise.appendCodePoint(
          random.nextInt(4) == 0 ? random.nextInt(0xd800) : 32 + random.nextInt(95));
    }
    return noise.toString();
  }

  private static String mutated(String text, Random random) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) (32 + random.nextInt(95));
    }
    return new String(bytes, StandardCharsets.UTF_8)
        + (random.nextInt(10) == 0 ? noise(random).repeat(20) : "");
  }
}
