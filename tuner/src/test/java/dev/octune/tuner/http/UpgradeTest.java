package dev.octune.tuner.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clear text is HTTP/1.1, or HTTP/2 from its first byte: never one that turned into the other. */
final class UpgradeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final List<String> PLAIN = List.of("GET /health/live HTTP/1.1", "Host: here");

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
  @ValueSource(strings = {"Upgrade", "upgrade", "UPGRADE"})
  void upgrade_ofClearText_isIgnored(String field) throws Exception {
    byte[] request = upgrading(field);
    // In one piece, and in pieces that part the field's name everywhere.
    for (int piece : new int[] {request.length, 1, 7}) {
      try (Socket socket = socket()) {
        for (int from = 0; from < request.length; from += piece) {
          send(socket, request, from, Math.min(piece, request.length - from));
        }
        assertEquals("HTTP/1.1 200 OK", firstLine(socket));
      }
    }
  }

  @Test
  void upgrade_inALaterRequest_isIgnored() throws Exception {
    byte[] plain = bytes(PLAIN);
    byte[] request = upgrading("Upgrade");
    try (Socket socket = socket()) {
      send(socket, plain, 0, plain.length);
      BufferedReader in = reader(socket);
      assertEquals("HTTP/1.1 200 OK", in.readLine());
      send(socket, request, 0, request.length);
      String line = in.readLine();
      while (!line.endsWith("HTTP/1.1 200 OK")) {
        assertTrue(!line.startsWith("HTTP/1.1"), line);
        line = in.readLine();
      }
    }
  }

  /** Its default asks for the upgrade. */
  @Test
  void javaClient_byDefault_isAnsweredInHttp1() throws Exception {
    try (var client = java.net.http.HttpClient.newHttpClient()) {
      for (int i = 0; i < 3; i++) {
        HttpResponse<String> answer =
            client.send(
                service.request(service.admin, "/api/v1/jobs").build(), BodyHandlers.ofString());
        assertEquals(200, answer.statusCode());
        assertEquals(java.net.http.HttpClient.Version.HTTP_1_1, answer.version());
      }
    }
  }

  /** As gRPC begins. */
  @Test
  void http2_withPriorKnowledge_isAnsweredInHttp2() throws Exception {
    Vertx vertx = Vertx.vertx();
    // Held until it is closed: Vert.x closes a client that nobody can reach.
    HttpClient client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false));
    try {
      HttpVersion version =
          client
              .request(HttpMethod.GET, service.server.port(), "127.0.0.1", "/health/live")
              .compose(request -> request.send())
              .compose(
                  response -> {
                    assertEquals(200, response.statusCode());
                    return response.body().map(response.version());
                  })
              .toCompletionStage()
              .toCompletableFuture()
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertEquals(HttpVersion.HTTP_2, version);
    } finally {
      client
          .close()
          .eventually(() -> vertx.close())
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    }
  }

  private static byte[] upgrading(String field) {
    List<String> lines = new ArrayList<>(PLAIN);
    lines.add("X-Upgrade: h2c");
    lines.add(field + ": h2c");
    lines.add("HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA");
    lines.add("Connection: Upgrade, HTTP2-Settings");
    return bytes(lines);
  }

  private static byte[] bytes(List<String> lines) {
    return (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  private Socket socket() throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.server.port());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static void send(Socket socket, byte[] bytes, int from, int count) throws Exception {
    OutputStream out = socket.getOutputStream();
    out.write(bytes, from, count);
    out.flush();
  }

  private static String firstLine(Socket socket) throws Exception {
    return reader(socket).readLine();
  }

  private static BufferedReader reader(Socket socket) throws Exception {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }
}
