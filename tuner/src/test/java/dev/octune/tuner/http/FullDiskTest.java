package dev.octune.tuner.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models must not take the room that the database needs. */
final class FullDiskTest {
  private static final int MODEL_BYTES = 500;
  private static final long MAX_MODEL_BYTES = 1000;

  /** More than are received at once: a refused one must not keep its place. */
  private static final int ATTEMPTS = 10;

  @TempDir private Path folder;

  @Test
  void model_whereTheDiskIsNearlyFull_isRefused() throws Exception {
    AtomicLong usableBytes = new AtomicLong(Uploads.RESERVED_BYTES + MODEL_BYTES - 1);
    Vertx vertx = Vertx.vertx();
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      Uploads uploads = new Uploads(vertx, folder, MAX_MODEL_BYTES, usableBytes::get);
      Router router = Router.router(vertx);
      router
          .post("/")
          .handler(
              context ->
                  uploads
                      .body(context)
                      .onSuccess(
                          model -> {
                            model.close();
                            var _ = context.response().setStatusCode(201).end();
                          })
                      .onFailure(context::fail));
      Failures.mount(router);
      HttpServer server =
          vertx
              .createHttpServer()
              .requestHandler(router)
              .listen(0, "127.0.0.1")
              .toCompletionStage()
              .toCompletableFuture()
              .join();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/"))
              .POST(BodyPublishers.ofByteArray(new byte[MODEL_BYTES]))
              .build();
      for (int i = 0; i < ATTEMPTS; i++) {
        HttpResponse<String> refused = client.send(request, BodyHandlers.ofString());
        assertEquals(503, refused.statusCode(), refused.body());
        assertTrue(refused.body().contains("nearly full"), refused.body());
      }
      try (Stream<Path> left = Files.list(folder)) {
        assertEquals(0, left.count());
      }
      usableBytes.incrementAndGet();
      assertEquals(201, client.send(request, BodyHandlers.ofString()).statusCode());
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
