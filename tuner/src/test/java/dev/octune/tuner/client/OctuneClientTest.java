package dev.octune.tuner.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.octune.tuner.client.LookupAnswer.Match;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OctuneClientTest {
  private static final String WORKLOAD = "dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32";
  private static final String TARGET = "x86_64 cpu=znver3 isa=avx2 threads=1";
  private static final String RECORD =
      """
      {"id":"ab","workload":"%s","target":"%s","schedule":"dense_direct/1 leaf=x",
       "median_ns":%s,"gops":%s,"measured_at":"2026-11-22T12:00:00.123Z","device":"EPYC"}
      """;

  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private final OctuneClient client;

  OctuneClientTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    client = OctuneClient.of(address(server), "octune_secret");
  }

  @BeforeEach
  void start() {
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
    threads.close();
  }

  @Test
  void lookup_sameAgain_isAnsweredFromItsEtag() throws Exception {
    server.createContext(
        "/api/v1/lookup",
        exchange -> {
          note(exchange);
          if ("\"1\"".equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.sendResponseHeaders(304, -1);
            exchange.close();
            return;
          }
          exchange.getResponseHeaders().set("ETag", "\"1\"");
          answer(
              exchange,
              200,
              "{\"match\":\"exact\",\"reason\":\"same\",\"record\":%s}"
                  .formatted(RECORD.formatted(WORKLOAD, TARGET, "925.5", "1.4")));
        });
    LookupAnswer first = client.lookup(WORKLOAD, TARGET);
    assertEquals(Match.EXACT, first.match());
    assertEquals(OptionalDouble.of(925.5), first.record().orElseThrow().medianNanos());
    assertEquals("ab", first.record().orElseThrow().id());
    assertEquals(first, client.lookup(WORKLOAD, TARGET));
    assertEquals(2, requests.size());
    assertTrue(requests.getFirst().contains("workload=" + WORKLOAD), requests.getFirst());
    assertTrue(requests.getFirst().contains("Bearer octune_secret"), requests.getFirst());
  }

  @Test
  void lookup_nearest_claimsNoTime() throws Exception {
    server.createContext(
        "/api/v1/lookup",
        exchange ->
            answer(
                exchange,
                202,
                "{\"match\":\"nearest\",\"reason\":\"r\",\"job\":\"job-7\",\"record\":%s}"
                    .formatted(RECORD.formatted(WORKLOAD, TARGET, "null", "null"))));
    LookupAnswer answer = client.lookup(WORKLOAD, TARGET, "a76", Duration.ofSeconds(1));
    assertEquals(OptionalDouble.empty(), answer.record().orElseThrow().medianNanos());
    assertEquals("job-7", answer.job().orElseThrow());
  }

  @Test
  void lookup_longList_goesInSeveralRequests() throws Exception {
    server.createContext(
        "/api/v1/lookup",
        exchange -> {
          JsonNode body = new ObjectMapper().readTree(exchange.getRequestBody());
          int size = body.path("workloads").size();
          requests.add(size + " " + body.path("target").asText());
          answer(
              exchange,
              200,
              "{\"results\":[%s]}"
                  .formatted(
                      String.join(
                          ",",
                          Collections.nCopies(
                              size, "{\"match\":\"none\",\"reason\":\"r\",\"record\":null}"))));
        });
    List<String> workloads = IntStream.range(0, 10_001).mapToObj(i -> WORKLOAD).toList();
    assertEquals(10_001, client.lookup(workloads, TARGET).size());
    assertEquals(List.of("10000 " + TARGET, "1 " + TARGET), requests);
  }

  @Test
  void submit_workloadsAndModel_sendTheOptions(@TempDir Path folder) throws Exception {
    server.createContext(
        "/api/v1/jobs",
        exchange -> {
          note(exchange);
          requests.add(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          answer(exchange, 201, "{\"job\":\"job-1\",\"state\":\"queued\"}");
        });
    JobOrder order = JobOrder.on("a76").withTrials(9).withTime(Duration.ofMillis(1500));
    assertEquals("job-1", client.submit(List.of(WORKLOAD), order).path("job").asText());
    assertEquals(
        new ObjectMapper()
            .readTree(
                "{\"device_key\":\"a76\",\"trials\":9,\"time_seconds\":1.5,\"workloads\":[\"%s\"]}"
                    .formatted(WORKLOAD)),
        new ObjectMapper().readTree(requests.get(1)));
    Path model = Files.writeString(folder.resolve("m.tflite"), "TFL3");
    client.submit(model, order.withName("net & more"));
    assertTrue(requests.get(2).contains("name=net & more"), requests.get(2));
    assertEquals("TFL3", requests.get(3));
  }

  @Test
  void kernel_record_isItsBytes() throws Exception {
    byte[] object = {0x7f, 'E', 'L', 'F', 0, -1};
    server.createContext(
        "/api/v1/kernels/ab/kernel.o",
        exchange -> {
          exchange.sendResponseHeaders(200, object.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(object);
          }
        });
    assertArrayEquals(object, client.kernel("ab"));
  }

  @Test
  void anyCall_problem_isToldWithItsMend() throws Exception {
    server.createContext(
        "/",
        exchange ->
            answer(
                exchange,
                429,
                "{\"type\":\"urn:octune:problem:quota\",\"detail\":\"Too"
                    + " much.\",\"mend\":\"wait\"}"));
    ServiceException.Refused refused =
        assertThrows(ServiceException.Refused.class, () -> client.status("job-1"));
    assertEquals(429, refused.status());
    assertEquals("urn:octune:problem:quota", refused.type());
    assertTrue(refused.getMessage().endsWith("Too much. Mend: wait"), refused.getMessage());
  }

  @Test
  void anyCall_noServiceThere_saysSo() {
    server.stop(0);
    ServiceException.Unreachable nobody =
        assertThrows(ServiceException.Unreachable.class, () -> client.devices());
    assertTrue(
        nobody.getMessage().contains("Mend: see that the service runs"), nobody.getMessage());
  }

  @Test
  void anyCall_answerOfSomethingElse_saysSo() {
    server.createContext("/", exchange -> answer(exchange, 200, "<html>"));
    assertThrows(ServiceException.Unreachable.class, () -> client.devices());
    assertThrows(ServiceException.Unreachable.class, () -> client.lookup(WORKLOAD, TARGET));
  }

  @Test
  void watch_lineBreaksTwice_goesOnBehindTheLastEvent() throws Exception {
    server.createContext(
        "/api/v1/jobs/job-1/events",
        exchange -> {
          String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
          requests.add(String.valueOf(last));
          if (last == null) {
            // More is promised than comes: the line breaks within an event.
            events(exchange, 1000, event(1, "trial", "{\"trials\":1}") + "id: 2\nevent: tr");
          } else if (last.equals("1")) {
            events(exchange, 0, ": still here\n\n" + event(2, "trial", "{\"trials\":2}"));
          } else {
            events(exchange, 0, event(3, "state", "{\"state\":\"done\"}"));
          }
        });
    server.createContext(
        "/api/v1/jobs/job-1", exchange -> answer(exchange, 200, "{\"state\":\"done\"}"));
    List<String> seen = new ArrayList<>();
    assertEquals("done", client.watch("job-1", event -> seen.add(event.id() + " " + event.name())));
    assertEquals(List.of("1 trial", "2 trial", "3 state"), seen);
    assertEquals(List.of("null", "1", "2"), requests);
  }

  @Test
  void await_endedJobOfWhichAllWasSeen_isItsState() throws Exception {
    server.createContext(
        "/api/v1/jobs/job-1/events",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.createContext(
        "/api/v1/jobs/job-1", exchange -> answer(exchange, 200, "{\"state\":\"failed\"}"));
    assertEquals("failed", client.await("job-1"));
  }

  @Test
  void settings_noAddressOrToken_areRefused() {
    for (String bad : List.of("127.0.0.1:8470", "ftp://a", "http://a/path", "http://a?token=x")) {
      assertThrows(
          IllegalArgumentException.class, () -> ClientSettings.of(URI.create(bad), "t"), bad);
    }
    assertThrows(
        IllegalArgumentException.class, () -> ClientSettings.of(URI.create("http://a"), " \n"));
    assertEquals("t", ClientSettings.of(URI.create("http://a:1/"), "t\n").token());
  }

  private void note(HttpExchange exchange) {
    requests.add(
        exchange.getRequestURI().getQuery()
            + " "
            + exchange.getRequestHeaders().getFirst("Authorization"));
  }

  private static String event(int id, String name, String data) {
    return "id: %d\nevent: %s\ndata: %s\n\n".formatted(id, name, data);
  }

  /**
   * @param length 0 for a body that ends where it ends
   */
  private static void events(HttpExchange exchange, int length, String text) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, length);
    exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
    exchange.close();
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static URI address(HttpServer server) {
    return URI.create(
        "http://" + server.getAddress().getHostString() + ":" + server.getAddress().getPort());
  }
}
