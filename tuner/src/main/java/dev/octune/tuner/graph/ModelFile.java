package dev.octune.tuner.graph;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads a model file, whatever its format. */
public final class ModelFile {
  /**
   * Largest file that is read. The file is held in memory, and a coordinator has 640 MB for
   * everything; the largest published int8 networks for TFLite have about 100 MB.
   */
  public static final int MAX_FILE_BYTES = 256 << 20;

  private ModelFile() {}

  /**
   * Reads and checks a whole model.
   *
   * @throws ModelFileException where it is missing, of an unknown format or damaged
   */
  public static QuantizedGraph read(Path path) {
    return read(path.toString(), load(path));
  }

  /** Reads a model that is in memory already; nobody may write into the bytes afterwards. */
  static QuantizedGraph read(String source, byte[] bytes) {
    if (hasText(bytes, TfliteReader.IDENTIFIER_AT_BYTE, TfliteReader.IDENTIFIER)) {
      return TfliteReader.read(source, bytes);
    }
    throw new ModelFileException(
        "Model %s: %s. Mend: give a .tflite file (FlatBuffers with identifier TFL3 at byte 4), the format read today"
            .formatted(source, describe(source, bytes)));
  }

  private static String describe(String source, byte[] bytes) {
    if (bytes.length == 0) {
      return "the file is empty";
    }
    if (bytes.length < TfliteReader.MIN_FILE_BYTES) {
      return "the file has %d bytes, too few for any model".formatted(bytes.length);
    }
    String format = "the format isn't known";
    if (hasText(bytes, 0, "PK")) {
      format = "this is a zip archive (PyTorch or Keras?), a format that isn't read";
    } else if (source.endsWith(".onnx")) {
      format = "this looks like ONNX by its name, a format that isn't read yet";
    } else if (hasText(bytes, 0, "{")) {
      format = "this looks like JSON, a format that isn't read";
    } else if (source.endsWith(".tflite")) {
      format =
          "the TFLite identifier TFL3 is missing at byte 4, so it is damaged or no TFLite file";
    }
    return format;
  }

  private static boolean hasText(byte[] bytes, int at, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
    return bytes.length >= at + wanted.length
        && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length);
  }

  private static byte[] load(Path path) {
    if (!Files.exists(path)) {
      throw new ModelFileException(
          "Model %s: there is no such file. Mend: check the path".formatted(path));
    }
    if (!Files.isRegularFile(path)) {
      throw new ModelFileException(
          "Model %s: this is no regular file. Mend: give the path of a model file".formatted(path));
    }
    try (InputStream in = Files.newInputStream(path)) {
      long sizeBytes = Files.size(path);
      if (sizeBytes > MAX_FILE_BYTES) {
        throw new ModelFileException(
            "Model %s: it has %d bytes, at most %d are read. Mend: give a smaller model"
                .formatted(path, sizeBytes, MAX_FILE_BYTES));
      }
      byte[] bytes = new byte[(int) sizeBytes];
      if (in.readNBytes(bytes, 0, bytes.length) != bytes.length || in.read() != -1) {
        throw new ModelFileException(
            "Model %s: its size changed while it was read. Mend: wait until it is complete"
                .formatted(path));
      }
      return bytes;
    } catch (IOException e) {
      throw new ModelFileException(
          "Model %s: it can't be read (%s). Mend: check its permissions and the disk"
              .formatted(path, e),
          e);
    }
  }
}
