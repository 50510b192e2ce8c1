package dev.octune.rpc.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.weights.WeightStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data by its hash, over a real socket. */
final class BlobsIT {
  @TempDir Path folder;
  private final Map<String, Path> files = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<String> asked = new CopyOnWriteArrayList<>();
  private Loopback loopback;
  private BlobFetcher fetcher;

  @BeforeEach
  void open() throws Exception {
    loopback = Loopback.open();
    loopback.blobs(
        hash -> {
          asked.add(hash);
          return Optional.ofNullable(files.get(hash));
        });
    fetcher = new BlobFetcher(loopback.vertx, loopback.workerSettings(Loopback.TOKEN));
  }

  @AfterEach
  void close() {
    fetcher.close();
    loopback.close();
  }

  private static byte[] bytes(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Kept at the service under a hash, its own or not. */
  private String keep(byte[] content, byte[] named) throws Exception {
    String hash = WeightStore.hash(named).substring(WeightStore.PREFIX.length());
    Path file = Files.createTempFile(folder, "blob", "");
    Files.write(file, content);
    files.put(hash, file);
    return hash;
  }

  private Optional<byte[]> fetch(String hash) throws Exception {
    return fetcher.fetch(hash).get(30, TimeUnit.SECONDS);
  }

  private String failure(String hash) {
    var failed = assertThrows(ExecutionException.class, () -> fetch(hash));
    return String.valueOf(assertInstanceOf(RpcFailure.class, failed.getCause()).getMessage());
  }

  @Test
  void blob_ofManyParts_comesWhole() throws Exception {
    byte[] content = bytes(5_000_011, 1);
    assertArrayEquals(content, fetch(keep(content, content)).orElseThrow());
  }

  @Test
  void blob_empty_isEmpty() throws Exception {
    assertEquals(0, fetch(keep(new byte[0], new byte[0])).orElseThrow().length);
  }

  @Test
  void blob_unknown_isNone() throws Exception {
    assertEquals(Optional.empty(), fetch("ab".repeat(32)));
  }

  @Test
  void blob_withOtherBytes_isRefused() throws Exception {
    byte[] content = bytes(300_000, 2);
    byte[] damaged = content.clone();
    damaged[299_999]++;

    String reason = failure(keep(/* content= */ damaged, /* named= */ content));

    assertTrue(reason.contains("its bytes have the hash"), reason);
    assertTrue(reason.contains("Mend: "), reason);
  }

  @Test
  void blob_thatIsGoneFromTheDisk_isAFailureThatSaysNoPath() throws Exception {
    byte[] content = bytes(10, 3);
    String hash = keep(content, content);
    Files.delete(files.get(hash));

    String reason = failure(hash);

    assertTrue(reason.contains("can't be read"), reason);
    assertTrue(!reason.contains(folder.toString()), reason);
  }

  @Test
  void name_thatIsNoHash_isRefused() {
    String reason = failure("../../etc/passwd");
    assertTrue(reason.contains("64 lower-case hex digits"), reason);
    assertEquals(0, asked.size());
  }

  @Test
  void token_unknown_isRefused() throws Exception {
    byte[] content = bytes(10, 4);
    String hash = keep(content, content);
    try (BlobFetcher stranger = new BlobFetcher(loopback.vertx, loopback.workerSettings("wrong"))) {
      var failed =
          assertThrows(
              ExecutionException.class, () -> stranger.fetch(hash).get(30, TimeUnit.SECONDS));
      assertTrue(
          String.valueOf(failed.getMessage()).contains("UNAUTHENTICATED"), failed.toString());
    }
    assertEquals(0, asked.size());
  }

  @Test
  void askers_atOnce_shareOneCall() throws Exception {
    byte[] content = bytes(2_000_000, 5);
    String hash = keep(content, content);
    var first = fetcher.fetch(hash);
    var second = fetcher.fetch(hash);
    assertArrayEquals(content, first.get(30, TimeUnit.SECONDS).orElseThrow());
    assertArrayEquals(content, second.get(30, TimeUnit.SECONDS).orElseThrow());
    assertEquals(1, asked.size());
  }

  @Test
  void weights_fetchedOnce_areKept() throws Exception {
    byte[] content = bytes(1000, 6);
    keep(content, content);
    String hash = WeightStore.hash(content);
    Map<String, byte[]> kept = new ConcurrentHashMap<>();
    WeightStore weights =
        new FetchedWeights(
            name -> Optional.ofNullable(kept.get(name)),
            plain -> kept.put(WeightStore.hash(plain), plain),
            fetcher);

    assertArrayEquals(content, weights.fetch(hash).orElseThrow());
    assertArrayEquals(content, weights.fetch(hash).orElseThrow());
    assertEquals(1, asked.size());
    assertEquals(Optional.empty(), weights.fetch("sha256:" + "cd".repeat(32)));
  }
}
