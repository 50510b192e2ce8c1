package dev.octune.tuner.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A client that never finishes its body. */
final class SlowBodyTest {
  private static final Duration SHORT = Duration.ofMillis(200);

  /** The server closes the connection; this only keeps a failure from hanging. */
  private static final int PATIENCE_MILLIS = 30_000;

  @Test
  void body_thatDoesNotCome_endsTheConnection() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      Router router = Router.router(vertx);
      router
          .post("/")
          .handler(new Bodies(SHORT).reader(1000))
          .handler(
              _ -> {
                throw new AssertionError("half a body was handed on");
              });
      HttpServer server =
          vertx
              .createHttpServer()
              .requestHandler(router)
              .listen(0, "127.0.0.1")
              .toCompletionStage()
              .toCompletableFuture()
              .join();
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket
            .getOutputStream()
            .write(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf"
                    .getBytes(StandardCharsets.US_ASCII));
        assertEquals(-1, socket.getInputStream().read());
      }
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
