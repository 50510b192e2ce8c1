package dev.octune.tuner.lookup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.db.record.ConfirmedBest;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.http.HandCoordinator;
import dev.octune.tuner.http.OpenApi;
import dev.octune.tuner.http.ServerFixture.Answer;
import dev.octune.tuner.lookup.KernelCompiler.Compiled;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernel objects through a real server, made by a compiler of the test's own. */
final class KernelRoutesTest {
  private static final OpenApi OPEN_API = new OpenApi();
  private static final Target TARGET = HandCoordinator.TARGET;
  private static final Workload DENSE =
      Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");

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
  void kernel_ofALookedUpRecord_isItsObjectMadeOnce() throws Exception {
    ConfirmedBest best = service.best(DENSE, TARGET, 500);
    service.put(best);
    String id =
        service.get("/api/v1/lookup", DENSE, TARGET).json().path("record").path("id").asText();
    assertEquals(best.id(), id);
    Answer object = service.api.get(service.api.admin, path(id)).expect(200);
    assertEquals("application/octet-stream", object.type());
    assertEquals("octune_kernel " + KnowledgeFixture.text(best.bestCandidate()), object.body());
    String etag = object.response().headers().firstValue("ETag").orElseThrow();
    assertEquals(
        304,
        service
            .api
            .send(
                service
                    .api
                    .request(service.api.admin, path(id))
                    .header("If-None-Match", etag)
                    .build())
            .status());
    assertEquals(1, service.compiled.get());
    assertTrue(
        service
            .api
            .get(service.api.admin, path(id) + "?symbol=mine")
            .expect(200)
            .body()
            .startsWith("mine "));
    assertEquals(2, service.compiled.get());
  }

  @Test
  void kernel_manyAskAtOnce_isCompiledOnce() throws Exception {
    ConfirmedBest best = service.best(DENSE, TARGET, 500);
    service.put(best);
    CountDownLatch go = new CountDownLatch(1);
    service.compiler =
        (_, _) -> {
          service.compiled.incrementAndGet();
          go.await();
          return new Compiled.Built(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        };
    List<CompletableFuture<Answer>> asking = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      asking.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return service.api.get(service.api.admin, path(best.id()));
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              },
              task -> Thread.ofVirtual().start(task)));
    }
    while (service.compiled.get() == 0) {
      Thread.sleep(5);
    }
    go.countDown();
    for (CompletableFuture<Answer> each : asking) {
      assertEquals("\u0001\u0002\u0003", each.join().expect(200).body());
    }
    assertEquals(1, service.compiled.get());
  }

  @Test
  void kernel_refusalsOfTheCompiler_areProblemsAndAreNotKept() throws Exception {
    ConfirmedBest best = service.best(DENSE, TARGET, 500);
    service.put(best);
    KernelCompiler good = service.compiler;
    service.compiler = (_, _) -> new Compiled.Unavailable("the process died");
    OPEN_API.assertIs(
        "Problem", service.api.get(service.api.admin, path(best.id())).expect(503).body());
    service.compiler = (_, _) -> new Compiled.Refused("LLVM ERROR");
    OPEN_API.assertIs(
        "Problem", service.api.get(service.api.admin, path(best.id())).expect(422).body());
    service.compiler = good;
    service.api.get(service.api.admin, path(best.id())).expect(200);
  }

  @Test
  void kernel_unknownOrHostileNames_areNotFound() throws Exception {
    for (String name :
        List.of(
            "0".repeat(32),
            "x",
            "..%2f..%2fetc%2fpasswd",
            "%00",
            "A".repeat(32),
            "a".repeat(500))) {
      OPEN_API.assertIs(
          "Problem", service.api.get(service.api.admin, path(name)).expect(404).body());
    }
    ConfirmedBest best = service.best(DENSE, TARGET, 500);
    service.put(best);
    for (String symbol : List.of("", "1a", "a-b", "a%00", "a".repeat(65))) {
      OPEN_API.assertIs(
          "Problem",
          service
              .api
              .get(service.api.admin, path(best.id()) + "?symbol=" + symbol)
              .expect(400)
              .body());
    }
  }

  private static String path(String record) {
    return "/api/v1/kernels/" + record + "/kernel.o";
  }
}
