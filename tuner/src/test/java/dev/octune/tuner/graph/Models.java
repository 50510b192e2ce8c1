package dev.octune.tuner.graph;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The real models that tests run on: {@code -Doctune.models=DIR}, by default ../shared/models
 * beside the checkout. Tests of absent models are skipped with the reason.
 */
public final class Models {
  private Models() {}

  /**
   * A line of MANIFEST.tsv.
   *
   * @param file path below the models folder
   * @param ops operator counts such as {@code conv2d=15 dw=13 fc=0 other=3 | …}
   */
  public record Listed(String file, String ops) {
    /** The count behind a key; 0 where the key is missing. */
    public int count(String key) {
      return Arrays.stream(ops.split("[ |]+", -1))
          .filter(word -> word.startsWith(key + "="))
          .mapToInt(word -> Integer.parseInt(word.substring(key.length() + 1)))
          .sum();
    }

    /** Multiply-adds of its convolutions and dense layers, in millions with two decimals. */
    public double megaMacs() {
      return Arrays.stream(ops.split("[ |]+", -1))
          .filter(word -> word.startsWith("MMAC="))
          .mapToDouble(word -> Double.parseDouble(word.substring("MMAC=".length())))
          .sum();
    }

    @Override
    public String toString() {
      return file;
    }
  }

  public static Path folder() {
    String given = System.getProperty("octune.models");
    return given != null
        ? Path.of(given)
        : Path.of(System.getProperty("octune.checkout", "..")).resolve("../shared/models");
  }

  /** The path of a model; skips the test where it is absent. */
  public static Path path(String file) {
    Path path = folder().resolve(file);
    assumeTrue(Files.exists(path), () -> "no model " + path + "; set -Doctune.models=DIR");
    return path;
  }

  /** The manifest's TFLite models; none where the folder is absent. */
  public static List<Listed> tflite() {
    Path manifest = folder().resolve("MANIFEST.tsv");
    if (!Files.exists(manifest)) {
      return List.of();
    }
    try {
      return Files.readAllLines(manifest).stream()
          .map(line -> line.split("\t", -1))
          .filter(columns -> columns[0].endsWith(".tflite"))
          .map(columns -> new Listed(columns[0], columns[8]))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
