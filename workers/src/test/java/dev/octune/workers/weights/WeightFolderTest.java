package dev.octune.workers.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.weights.ChannelOrder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFolderTest {
  private static final byte[] WEIGHTS = {1, -2, 64, -64};

  @TempDir private Path folder;

  private Path onlyFile() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).reduce((_, _) -> Path.of("two")).orElseThrow();
    }
  }

  @Test
  void fetch_whatWasPutTwice_isThereOnce() throws IOException {
    WeightFolder store = new WeightFolder(folder.resolve("new"));
    String hash = store.put(WEIGHTS);
    assertEquals(hash, store.put(WEIGHTS));
    assertArrayEquals(WEIGHTS, new WeightFolder(folder.resolve("new")).fetch(hash).orElseThrow());
    assertTrue(onlyFile().toString().endsWith(hash.substring("sha256:".length() + 2)));
  }

  @Test
  void fetch_unknown_isEmpty() {
    assertEquals(Optional.empty(), new WeightFolder(folder).fetch("sha256:" + "ab".repeat(32)));
    assertThrows(IllegalArgumentException.class, () -> new WeightFolder(folder).fetch("../secret"));
  }

  @Test
  void fetch_damagedFile_isRefusedAndMendedByPutting() throws IOException {
    WeightFolder store = new WeightFolder(folder);
    String hash = store.put(WEIGHTS);
    Files.write(onlyFile(), new byte[] {1, -2});
    UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> store.fetch(hash));
    assertTrue(String.valueOf(e.getMessage()).contains("Mend: delete it"), e.getMessage());
    store.put(WEIGHTS);
    assertArrayEquals(WEIGHTS, store.fetch(hash).orElseThrow());
  }

  @Test
  void ofUser_xdgDataFolder_holdsTheWeights() {
    Map<String, String> xdg = Map.of("XDG_DATA_HOME", folder.toString(), "HOME", "/nowhere");
    String hash = WeightFolder.ofUser(xdg).put(WEIGHTS);
    assertTrue(
        new WeightFolder(folder.resolve("octune").resolve("weights")).fetch(hash).isPresent());
  }

  @Test
  void share_order_isListedForItsWeightsAndFetched() {
    WeightFolder weights = new WeightFolder(folder);
    String hash = weights.put(new byte[] {1, 2, 3, 4});
    ChannelOrder order = ChannelOrder.of(1, 0, 3, 2);
    assertEquals(List.of(), weights.orders(hash));
    String shared = weights.share(order, hash);
    assertEquals(shared, weights.share(order, hash));
    assertEquals(List.of(shared), new WeightFolder(folder).orders(hash));
    assertArrayEquals(order.bytes(), weights.fetch(shared).orElseThrow());
  }
}
