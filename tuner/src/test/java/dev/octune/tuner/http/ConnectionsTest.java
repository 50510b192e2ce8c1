package dev.octune.tuner.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that are only held open, in ways that look alive to the idle limit. */
final class ConnectionsTest {
  private static final Duration SHORT = Duration.ofMillis(600);
  private static final Duration LONG_ANSWER = SHORT.multipliedBy(3);

  /** The server ends it long before; this only keeps a failure from hanging. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Vertx vertx = Vertx.vertx();
  private final Connections connections = new Connections(vertx, SHORT);
  private int port;

  @BeforeEach
  void start() {
    Router router = Router.router(vertx);
    router.route().handler(connections::serve);
    router.get("/").handler(context -> context.response().end("here"));
    router
        .get("/slow")
        .handler(
            context ->
                vertx.setTimer(LONG_ANSWER.toMillis(), _ -> context.response().end("at last")));
    HttpServer server =
        vertx
            .createHttpServer()
            .connectionHandler(connections::opened)
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    port = server.actualPort();
  }

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void secondHead_thatTricklesIn_endsTheConnection() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream out = socket.getOutputStream();
      out.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      StringBuilder answer = new StringBuilder();
      while (!answer.toString().endsWith("here")) {
        answer.append((char) in.read());
      }
      out.write("GET / HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
      assertTrue(tricklesUntilEnd(out), "it was let go on");
    }
  }

  /** A byte now and then, well within any limit of silence. */
  private static boolean tricklesUntilEnd(OutputStream out) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (System.nanoTime() < end) {
        out.write('x');
        Thread.sleep(20);
      }
      return false;
    } catch (IOException _) {
      return true;
    }
  }

  @Test
  void answers_thatTakeTheirTime_areWaitedFor_overEachProtocol() throws Exception {
    for (HttpClient.Version version : HttpClient.Version.values()) {
      // A Java client upgrades clear text to HTTP/2 in its first request.
      try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
        for (String path : new String[] {"/", "/slow", "/slow"}) {
          HttpRequest request =
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                  .timeout(PATIENCE)
                  .build();
          assertEquals(200, client.send(request, BodyHandlers.ofString()).statusCode(), path);
        }
      }
    }
    // Nobody is counted for ever, upgraded ones neither.
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (connections.size() > 0) {
      assertTrue(System.nanoTime() < end, connections.size() + " are left");
      Thread.sleep(20);
    }
  }
}
