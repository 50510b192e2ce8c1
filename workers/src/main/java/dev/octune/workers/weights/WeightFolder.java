package dev.octune.workers.weights;

import dev.octune.kernels.weights.ChannelOrder;
import dev.octune.kernels.weights.WeightStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Plain weights in files named by their hash: FOLDER/ab/cdef… holds those of sha256:abcdef…, and
 * FOLDER/ab/cdef….orders/ names the orders of channels that their layer shares with others. Several
 * processes may share a folder: a file appears whole or not at all. Thread-safe.
 */
public final class WeightFolder implements WeightStore {
  private static final Pattern HASH = Pattern.compile(PREFIX + "([0-9a-f]{2})([0-9a-f]{62})");

  private final Path folder;

  /** A folder, which need not be there yet. */
  public WeightFolder(Path folder) {
    this.folder = folder.toAbsolutePath();
  }

  /**
   * The user's own: octune/weights in the XDG data folder, beside the tuning database, whose
   * records name what lies here.
   */
  public static WeightFolder ofUser(Map<String, String> environment) {
    String xdg = environment.getOrDefault("XDG_DATA_HOME", "");
    // The XDG specification has relative values ignored.
    Path data =
        xdg.startsWith("/")
            ? Path.of(xdg)
            : Path.of(environment.getOrDefault("HOME", "."), ".local", "share");
    return new WeightFolder(data.resolve("octune").resolve("weights"));
  }

  /**
   * Keeps weights; nothing is written where they are kept already.
   *
   * @return their hash
   * @throws UncheckedIOException where the folder can't be written
   */
  public String put(byte[] plain) {
    String hash = WeightStore.hash(plain);
    Path file = file(hash);
    try {
      if (Files.exists(file) && WeightStore.hash(Files.readAllBytes(file)).equals(hash)) {
        return hash;
      }
      Path parent =
          Files.createDirectories(
              folder.resolve(hash.substring(PREFIX.length(), PREFIX.length() + 2)));
      Path partial = Files.createTempFile(parent, "partial", "");
      try {
        Files.write(partial, plain);
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(partial);
      }
      return hash;
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /**
   * Keeps an order of channels that layers share, and that it was made for these weights among
   * others.
   *
   * @return the order's hash
   * @throws UncheckedIOException where the folder can't be written
   */
  public String share(ChannelOrder order, String weightsHash) {
    String hash = put(order.bytes());
    Path folderOfOrders = ordersFolder(weightsHash);
    try {
      Files.createDirectories(folderOfOrders);
      Path link = folderOfOrders.resolve(hash.substring(PREFIX.length()));
      if (!Files.exists(link)) {
        Files.createFile(link);
      }
      return hash;
    } catch (FileAlreadyExistsException _) {
      return hash; // another process was quicker
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  @Override
  public List<String> orders(String weightsHash) {
    Path folderOfOrders = ordersFolder(weightsHash);
    if (!Files.isDirectory(folderOfOrders)) {
      return List.of();
    }
    try (Stream<Path> names = Files.list(folderOfOrders)) {
      return names
          .map(name -> PREFIX + name.getFileName())
          .filter(hash -> HASH.matcher(hash).matches())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Orders in %s can't be listed: %s".formatted(folderOfOrders, e.getMessage()), e);
    }
  }

  /** Empty files, named by the orders of one layer's weights. */
  private Path ordersFolder(String weightsHash) {
    Path file = file(weightsHash);
    return file.resolveSibling(file.getFileName() + ".orders");
  }

  private UncheckedIOException unwritable(IOException e) {
    return new UncheckedIOException(
        "Weights can't be kept in %s: %s. Mend: make the folder writable, or set XDG_DATA_HOME"
            .formatted(folder, e.getMessage()),
        e);
  }

  /**
   * Reads weights and checks their hash.
   *
   * @throws UncheckedIOException where the file is there but can't be read, or holds other bytes
   */
  @Override
  public Optional<byte[]> fetch(String hash) {
    Path file = file(hash);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      byte[] plain = Files.readAllBytes(file);
      if (!WeightStore.hash(plain).equals(hash)) {
        throw new IOException(
            "it is damaged: its bytes have another hash. Mend: delete it and tune the model again"
                + " with --weights real");
      }
      return Optional.of(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Weights file %s can't be used: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * The file of weights, its content not looked at.
   *
   * @param digits the 64 hex digits of their hash
   */
  public Optional<Path> find(String digits) {
    return Optional.of(file(PREFIX + digits)).filter(Files::isRegularFile);
  }

  private Path file(String hash) {
    var digits = HASH.matcher(hash);
    if (!digits.matches()) {
      throw new IllegalArgumentException("'" + hash + "' is no hash of weights");
    }
    return folder.resolve(digits.group(1)).resolve(digits.group(2));
  }
}
