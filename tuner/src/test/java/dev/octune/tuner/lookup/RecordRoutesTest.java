package dev.octune.tuner.lookup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octune.db.record.TuningRecord;
import dev.octune.kernels.measure.Measurement;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.http.HandCoordinator;
import dev.octune.tuner.http.OpenApi;
import dev.octune.tuner.http.ServerFixture.Answer;
import dev.octune.tuner.report.RecordsReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records in and out through a real server. */
final class RecordRoutesTest {
  private static final OpenApi OPEN_API = new OpenApi();
  private static final String RECORDS = "/api/v1/records";
  private static final String LINES = "application/x-ndjson";
  private static final Target TARGET = HandCoordinator.TARGET;
  private static final Workload DENSE =
      Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
  private static final Workload OTHER =
      Workload.parse("dense_int8 m=1 k=64 n=12 act=u8 wgt=s8 out=s32");

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
  void list_pages_areTheRecordsThatTheCommandPrints() throws Exception {
    List<JsonNode> wanted = new ArrayList<>();
    for (TuningRecord record : records(700)) {
      if (record.workload().equals(DENSE)) {
        wanted.add(printed(record));
      }
    }
    List<JsonNode> found = new ArrayList<>();
    String next = "0";
    int pages = 0;
    while (!next.equals("null")) {
      Answer page =
          service
              .api
              .get(
                  service.api.admin,
                  KnowledgeFixture.query(RECORDS, DENSE, TARGET) + "&limit=100&after=" + next)
              .expect(200);
      OPEN_API.assertAnswers("get", RECORDS, 200, page.body());
      page.json().path("records").forEach(found::add);
      next = page.json().path("next").asText();
      pages++;
    }
    assertEquals(wanted, found);
    assertTrue(pages >= 4, "pages: " + pages);
    assertEquals(500, service.api.get(service.api.admin, RECORDS).json().path("records").size());
  }

  @Test
  void list_newestFirst_isTheOtherWayRound() throws Exception {
    List<JsonNode> wanted = new ArrayList<>();
    for (TuningRecord record : records(300)) {
      wanted.add(printed(record));
    }
    List<JsonNode> found = new ArrayList<>();
    String next = "0";
    while (!next.equals("null")) {
      Answer page =
          service
              .api
              .get(service.api.admin, RECORDS + "?order=newest&limit=70&after=" + next)
              .expect(200);
      OPEN_API.assertAnswers("get", RECORDS, 200, page.body());
      page.json().path("records").forEach(found::add);
      next = page.json().path("next").asText();
    }
    assertEquals(wanted.reversed(), found);
  }

  @Test
  void list_badParameters_areProblems() throws Exception {
    for (String query :
        List.of(
            "order=best",
            "limit=0",
            "limit=5001",
            "limit=x",
            "after=-1",
            "after=x",
            "workload=x",
            "target=x")) {
      OPEN_API.assertIs(
          "Problem", service.api.get(service.api.admin, RECORDS + "?" + query).expect(400).body());
    }
  }

  @Test
  void export_thenImport_isTheSameDatabase() throws Exception {
    records(600);
    service.tuned(DENSE, TARGET, 500);
    String log = export("");
    assertEquals(602, log.lines().count());
    try (KnowledgeFixture other = new KnowledgeFixture(folder.resolve("other"))) {
      Answer report =
          other
              .api
              .post(other.api.admin, RECORDS + "/import", LINES, BodyPublishers.ofString(log))
              .expect(200);
      OPEN_API.assertIs("ImportReport", report.body());
      assertEquals(600, report.json().path("records").asInt());
      assertEquals(1, report.json().path("bests").asInt());
      assertEquals(0, report.json().path("skipped").asInt());
      assertEquals(service.db.counts(), other.db.counts());
      // What was imported is looked up at once.
      assertEquals(
          "exact", other.get("/api/v1/lookup", DENSE, TARGET).json().path("match").asText());
      assertTrue(other.api.auditLines().stream().anyMatch(line -> line.contains("records.import")));
      Answer again =
          other
              .api
              .post(other.api.admin, RECORDS + "/import", LINES, BodyPublishers.ofString(log))
              .expect(200);
      assertEquals(600, again.json().path("duplicates").asInt());
    }
    assertEquals(
        1 + 300 + 1, export("?workload=" + KnowledgeFixture.encoded(DENSE.text())).lines().count());
  }

  @Test
  void import_tornAndForeignLines_areReportedAndSkipped() throws Exception {
    records(4);
    List<String> lines = new ArrayList<>(export("").lines().toList());
    lines.set(2, lines.get(2).substring(0, 60));
    lines.set(3, lines.get(3).replace("\"seed\":7", "\"seed\":8"));
    lines.add("\u0000\u0001 not ours {");
    try (KnowledgeFixture other = new KnowledgeFixture(folder.resolve("other"))) {
      Answer report =
          other
              .api
              .post(
                  other.api.admin,
                  RECORDS + "/import",
                  LINES,
                  BodyPublishers.ofString(String.join("\n", lines)))
              .expect(200);
      assertEquals(2, report.json().path("records").asInt(), report.body());
      assertEquals(3, report.json().path("skipped").asInt(), report.body());
      assertEquals(
          List.of(3, 4, 6),
          report.json().path("problems").findValues("line").stream().map(JsonNode::asInt).toList());
    }
  }

  @Test
  void import_endlessForeignBody_isReadInBoundedMemory() throws Exception {
    long bytes = 100L << 20;
    Answer report =
        service
            .api
            .post(
                service.api.admin,
                RECORDS + "/import",
                LINES,
                BodyPublishers.ofInputStream(() -> new Zeros(bytes)))
            .expect(200);
    assertEquals(1, report.json().path("skipped").asInt(), report.body());
  }

  @Test
  void import_wrongRoleOrType_isRefused() throws Exception {
    String submit = service.api.token("sue", Role.SUBMIT);
    service.api.post(submit, RECORDS + "/import", LINES, BodyPublishers.ofString("x")).expect(403);
    service.api.post(service.api.admin, RECORDS + "/import", "{}").expect(415);
  }

  @Test
  void export_manyAtOnce_areAllWhole() throws Exception {
    records(300);
    List<CompletableFuture<Answer>> exports = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      exports.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return service.api.get(service.api.admin, RECORDS + "/export");
                } catch (IOException | InterruptedException e) {
                  throw new AssertionError(e);
                }
              },
              task -> Thread.ofVirtual().start(task)));
    }
    int whole = 0;
    for (CompletableFuture<Answer> export : exports) {
      Answer answer = export.join();
      if (answer.status() == 200) {
        assertEquals(301, answer.body().lines().count());
        whole++;
      } else {
        OPEN_API.assertIs("Problem", answer.expect(503).body());
      }
    }
    assertTrue(whole >= 1, "whole: " + whole);
  }

  private String export(String query) throws Exception {
    Answer log = service.api.get(service.api.admin, RECORDS + "/export" + query).expect(200);
    assertEquals(LINES, log.type());
    return log.body();
  }

  private List<TuningRecord> records(int count) {
    List<TuningRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(
          new TuningRecord(
              KnowledgeFixture.SESSION,
              i,
              TuningRecord.Kind.TRIAL,
              new Candidate(
                  i % 2 == 0 ? DENSE : OTHER,
                  TARGET,
                  Schedule.parse("dense_direct/1 leaf=avx2_s16 ow_tile=" + (i + 1))),
              7,
              i % 5 == 0 ? new Measurement.RunFailed("signal 11") : KnowledgeFixture.timed(100 + i),
              Instant.parse("2026-11-22T12:00:00Z").plusMillis(i)));
    }
    records.stream().map(service.db::append).toList().forEach(CompletableFuture::join);
    return records;
  }

  private static JsonNode printed(TuningRecord record) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      RecordsReport.write(record, json);
    }
    return new ObjectMapper().readTree(text.toString());
  }

  /** One line of zeros that never seems to end. */
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long left) {
      this.left = left;
    }

    @Override
    public int read() {
      return left-- > 0 ? '0' : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) {
      if (left <= 0) {
        return -1;
      }
      int count = (int) Math.min(left, length);
      java.util.Arrays.fill(to, offset, offset + count, "0".getBytes(StandardCharsets.US_ASCII)[0]);
      left -= count;
      return count;
    }
  }
}
