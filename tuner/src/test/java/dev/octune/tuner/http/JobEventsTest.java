package dev.octune.tuner.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octune.tuner.access.Role;
import dev.octune.tuner.coordinator.JobId;
import dev.octune.tuner.coordinator.JobMove;
import dev.octune.tuner.coordinator.JobState;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events: history and news, each once, in order, to be gone on with. */
final class JobEventsTest {
  private static final OpenApi OPEN_API = new OpenApi();
  private static final ObjectMapper JSON = new ObjectMapper();

  /** As the service's own client and browsers speak: none of them upgrades clear text to HTTP/2. */
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir private Path folder;
  private ServerFixture service;
  private JobId job = new JobId(1);

  private record Event(String id, String name, JsonNode data) {}

  @BeforeEach
  void start() throws Exception {
    service = new ServerFixture(folder);
    job = JobId.parse(service.submit(service.admin, ServerFixture.DENSE, ServerFixture.CONV));
  }

  @AfterEach
  void stop() {
    client.close();
    service.close();
  }

  @Test
  void stream_tellsHistoryThenNews_andEndsWithTheJob() throws Exception {
    service.coordinator.moved(job, JobState.RUNNING, JobMove.SERVICE, "a device is free");
    service.coordinator.trial(job, 0, 900);
    try (Reader reader = new Reader("")) {
      assertEquals(List.of("state", "state", "trial"), names(reader.next(3)));
      service.coordinator.trial(job, 1, 500);
      service.coordinator.trial(job, 0, -1);
      service.coordinator.trial(job, 0, 700);
      service.coordinator.confirm(job, 1);
      service.coordinator.moved(job, JobState.DONE, JobMove.SERVICE, "its budget is spent");
      List<Event> news = reader.rest();
      assertEquals(List.of("trial", "trial", "trial", "task", "state"), names(news));
      OPEN_API.assertIs("TrialEvent", news.get(1).data().toString());
      OPEN_API.assertIs("TaskEvent", news.get(3).data().toString());
      OPEN_API.assertIs("StateEvent", news.get(4).data().toString());
      assertEquals("run_failed", news.get(1).data().path("status").asText());
      assertTrue(news.get(1).data().path("median_ns").isNull());
      assertEquals(900, news.get(1).data().path("best_ns").asDouble());
      assertEquals(700, news.get(2).data().path("best_ns").asDouble());
      assertEquals(3, news.get(2).data().path("trials").asInt());
      assertEquals(4, news.get(2).data().path("trial").asInt());
      assertEquals("done", news.get(4).data().path("state").asText());
    }
    waitUntilNobodyListens();
  }

  @Test
  void stream_resumed_tellsWhatWasMissed_once() throws Exception {
    service.coordinator.moved(job, JobState.RUNNING, JobMove.SERVICE, "a device is free");
    IntStream.range(0, 5).forEach(i -> service.coordinator.trial(job, i % 2, 900 - i));
    String lastId;
    try (Reader reader = new Reader("")) {
      // Two states and three of the five trials.
      lastId = reader.next(5).getLast().id();
      assertEquals("2.3", lastId);
    }
    service.coordinator.trial(job, 0, 100);
    service.coordinator.moved(job, JobState.CANCELLED, "sue", "enough");
    try (Reader reader = new Reader(lastId)) {
      List<Event> rest = reader.rest();
      assertEquals(List.of("trial", "trial", "trial", "state"), names(rest));
      assertEquals(
          List.of(4, 5, 6),
          rest.subList(0, 3).stream().map(e -> e.data().path("trial").asInt()).toList());
      lastId = rest.getLast().id();
    }
    assertEquals(204, send(lastId).statusCode());
  }

  @Test
  void stream_ofAnEndedJob_isTheSameHistory() throws Exception {
    service.coordinator.moved(job, JobState.RUNNING, JobMove.SERVICE, "a device is free");
    List<Event> live;
    try (Reader reader = new Reader("")) {
      service.coordinator.trial(job, 0, 900);
      service.coordinator.trial(job, 0, 950);
      service.coordinator.trial(job, 1, 40);
      service.coordinator.confirm(job, 0);
      service.coordinator.moved(job, JobState.DONE, JobMove.SERVICE, "its budget is spent");
      live = reader.rest();
    }
    try (Reader reader = new Reader("")) {
      List<Event> later = reader.rest();
      assertEquals(
          live.stream().map(Event::data).toList(), later.stream().map(Event::data).toList());
    }
  }

  /** News race with the history; whoever wins, each trial is told once and none is missed. */
  @RepeatedTest(10)
  void stream_openedWhileTrialsEnd_tellsEachOnce() throws Exception {
    Thread trials =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < 300; i++) {
                    service.coordinator.trial(job, i % 2, 1000 - i);
                  }
                  service.coordinator.moved(job, JobState.DONE, JobMove.SERVICE, "spent");
                });
    try (Reader reader = new Reader("")) {
      List<Integer> told =
          reader.rest().stream()
              .filter(event -> event.name().equals("trial"))
              .map(event -> event.data().path("trial").asInt())
              .toList();
      assertEquals(IntStream.rangeClosed(1, 300).boxed().toList(), told);
    }
    trials.join();
  }

  @Test
  void stream_ofNoJob_orBehindNoId_isAProblem() throws Exception {
    service.get(service.admin, "/api/v1/jobs/job-99/events").expect(404);
    service.get(service.admin, "/api/v1/jobs/99/events").expect(400);
    HttpResponse<Stream<String>> answer = send("yesterday");
    assertEquals(400, answer.statusCode());
    waitUntilNobodyListens();
  }

  @Test
  void reader_thatGoes_isForgotten() throws Exception {
    try (Reader reader = new Reader("")) {
      assertEquals(1, reader.next(1).size());
      assertEquals(1, service.coordinator.listening());
    }
    waitUntilNobodyListens();
    assertEquals(0, service.server.watchers());
  }

  @Test
  @Timeout(60)
  void reader_whoseTokenIsRevoked_isCutOff_othersAreNot() throws Exception {
    var made = service.access.create("tom", java.util.Set.of(Role.READ), 1);
    try (Reader tom = new Reader(made.secret(), "");
        Reader admin = new Reader("")) {
      assertEquals(1, tom.next(1).size());
      assertEquals(1, admin.next(1).size());
      assertTrue(service.access.revoke(made.principal().tokenId()));
      assertTrue(tom.isCutOff());
      service.coordinator.trial(job, 0, 900);
      assertEquals(List.of("trial"), names(admin.next(1)));
    }
    waitUntilNobodyListens();
  }

  @Test
  void reader_thatDoesNotRead_isCutOff() throws Exception {
    try (Socket socket = new Socket()) {
      // Little fits on the way, so the rest stays with the service.
      socket.setReceiveBufferSize(4096);
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), service.server.port()));
      socket
          .getOutputStream()
          .write(
              "GET /api/v1/jobs/%s/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
                  .formatted(job, service.admin)
                  .getBytes(StandardCharsets.US_ASCII));
      assertEquals('H', socket.getInputStream().read());
      // The system's buffers hold some megabytes, the service 5 000 events more.
      for (int told = 0; told < 30_000 && service.coordinator.listening() > 0; told++) {
        service.coordinator.trial(job, 0, 900);
      }
      waitUntilNobodyListens();
    }
    assertEquals(0, service.server.watchers());
  }

  private void waitUntilNobodyListens() throws InterruptedException {
    for (int tries = 0; service.coordinator.listening() > 0; tries++) {
      assertTrue(tries < 1000, "a listener stays");
      // A closed socket is noticed when something is written to it.
      Thread.sleep(10);
    }
  }

  private static List<String> names(List<Event> events) {
    return events.stream().map(Event::name).toList();
  }

  private HttpResponse<Stream<String>> send(String lastId) throws Exception {
    return send(service.admin, lastId);
  }

  private HttpResponse<Stream<String>> send(String token, String lastId) throws Exception {
    HttpRequest.Builder request = service.request(token, "/api/v1/jobs/" + job + "/events");
    if (!lastId.isEmpty()) {
      request.header("Last-Event-ID", lastId);
    }
    return client.send(request.build(), BodyHandlers.ofLines());
  }

  /** Reads events one after the other. */
  private final class Reader implements AutoCloseable {
    private final Stream<String> lines;
    private final Iterator<String> next;

    Reader(String lastId) throws Exception {
      this(service.admin, lastId);
    }

    Reader(String token, String lastId) throws Exception {
      HttpResponse<Stream<String>> response = send(token, lastId);
      assertEquals(200, response.statusCode());
      assertEquals(
          "text/event-stream", response.headers().firstValue("Content-Type").orElseThrow());
      lines = response.body();
      next = lines.iterator();
    }

    List<Event> next(int count) throws Exception {
      List<Event> events = new ArrayList<>();
      while (events.size() < count && next.hasNext()) {
        String line = next.next();
        if (line.startsWith(":") || line.isEmpty()) {
          continue;
        }
        String id = line.substring("id: ".length());
        String name = next.next().substring("event: ".length());
        events.add(new Event(id, name, JSON.readTree(next.next().substring("data: ".length()))));
      }
      return events;
    }

    /** Nothing more comes; the end of the chunks may be missing. */
    boolean isCutOff() throws Exception {
      try {
        return rest().isEmpty();
      } catch (UncheckedIOException _) {
        return true;
      }
    }

    List<Event> rest() throws Exception {
      return next(Integer.MAX_VALUE);
    }

    @Override
    public void close() {
      lines.close();
    }
  }
}
