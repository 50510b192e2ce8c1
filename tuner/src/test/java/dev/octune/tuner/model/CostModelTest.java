package dev.octune.tuner.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CostModelTest {
  private static final int COLUMNS = 6;
  private static final long SEED = 20_261_122;

  /** Learns a product of two knobs and a penalty from 200 of 1 000 rows, and ranks the others. */
  @ParameterizedTest
  @EnumSource
  void score_afterTraining_ranksUnseenRows(XgbParameters.Objective objective) {
    XgbParameters d = XgbParameters.DEFAULT;
    XgbParameters parameters =
        new XgbParameters(
            objective, d.trees(), d.maxDepth(), d.eta(), d.minChildWeight(), d.maxBins());
    FeatureRows learned = rows(200, SEED);
    FeatureRows others = rows(1000, SEED + 1);
    try (CostModel model = new XgbCostModel(parameters, SEED, List.of())) {
      model.train(new TrainingSet(List.of(new TrainingSet.Task(learned, labels(learned)))));
      double agreement = concordance(model.score(others), labels(others));
      assertTrue(agreement > 0.9, "pairs in the right order: " + agreement);
    }
  }

  @Test
  void score_sameRowsSameSeed_isEqualToTheBit() {
    FeatureRows learned = rows(300, SEED);
    FeatureRows others = rows(100, SEED + 1);
    float[][] scores = new float[2][];
    for (int i = 0; i < 2; i++) {
      try (CostModel model = CostModel.xgboost(SEED, List.of())) {
        model.train(new TrainingSet(List.of(new TrainingSet.Task(learned, labels(learned)))));
        scores[i] = model.score(others);
      }
    }
    assertArrayEquals(scores[0], scores[1]);
  }

  @Test
  void score_twoTasksOfOppositeTaste_followsTheFeatureThatTellsThemApart() {
    FeatureRows first = new FeatureRows(COLUMNS);
    FeatureRows second = new FeatureRows(COLUMNS);
    List<Double> rising = new ArrayList<>();
    List<Double> falling = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      first.add(new float[] {0, i, 0, 0, 0, Float.NaN});
      second.add(new float[] {1, i, 0, 0, 0, Float.NaN});
      rising.add((double) i);
      falling.add((double) -i);
    }
    try (CostModel model = CostModel.xgboost(SEED, List.of())) {
      model.train(
          new TrainingSet(
              List.of(new TrainingSet.Task(first, rising), new TrainingSet.Task(second, falling))));
      float[] inFirst = model.score(first);
      float[] inSecond = model.score(second);
      assertTrue(inFirst[15] > inFirst[0]);
      assertTrue(inSecond[0] > inSecond[15]);
    }
  }

  @Test
  void score_beforeTraining_isRefused() {
    try (CostModel model = CostModel.xgboost(SEED, List.of())) {
      assertThrows(IllegalStateException.class, () -> model.score(rows(1, SEED)));
    }
  }

  @Test
  void train_boundToACpu_leavesTheThreadThere() throws IOException {
    int cpu = allowedCpus().getLast();
    FeatureRows learned = rows(50, SEED);
    try (CostModel model = CostModel.xgboost(SEED, List.of(cpu))) {
      model.train(new TrainingSet(List.of(new TrainingSet.Task(learned, labels(learned)))));
      List<String> bound = affinityOf("octune-model");
      assertEquals(List.of(Integer.toString(cpu)), bound);
    }
  }

  @Test
  void train_oneThreadWanted_startsNoOther() throws IOException {
    FeatureRows learned = rows(50, SEED);
    try (CostModel model = CostModel.xgboost(SEED, List.of())) {
      TrainingSet set = new TrainingSet(List.of(new TrainingSet.Task(learned, labels(learned))));
      model.train(set);
      assertEquals(1, affinityOf("octune-model").size(), "native threads of that name");
    }
  }

  @Test
  void load_once_leavesNoCopyInTheTemporaryFolder() throws IOException {
    XgbLibrary.load();
    String mapped =
        Files.readAllLines(Path.of("/proc/self/maps")).stream()
            .filter(line -> line.contains("libxgboost4j"))
            .collect(Collectors.joining("\n"));
    assertFalse(mapped.isEmpty());
    mapped.lines().forEach(line -> assertTrue(line.endsWith("(deleted)"), line));
  }

  @Test
  void close_twice_isFine() {
    CostModel model = CostModel.xgboost(SEED, List.of());
    model.close();
    model.close();
  }

  private static List<Integer> allowedCpus() throws IOException {
    String list = statusLine(Path.of("/proc/self/status"), "Cpus_allowed_list:");
    return Arrays.stream(list.split(",", -1))
        .map(range -> range.split("-", -1))
        .map(range -> Integer.valueOf(range[range.length - 1]))
        .toList();
  }

  /** CPU lists of this process's native threads of a name. */
  private static List<String> affinityOf(String threadName) throws IOException {
    try (var tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks
          .map(task -> task.resolve("status"))
          .filter(status -> statusLine(status, "Name:").equals(threadName))
          .map(status -> statusLine(status, "Cpus_allowed_list:"))
          .toList();
    }
  }

  private static String statusLine(Path status, String key) {
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(key.length()).strip())
          .findFirst()
          .orElse("");
    } catch (IOException _) {
      return "";
    }
  }

  private static FeatureRows rows(int count, long seed) {
    Random random = new Random(seed);
    FeatureRows rows = new FeatureRows(COLUMNS);
    for (int i = 0; i < count; i++) {
      float[] row = new float[COLUMNS];
      for (int c = 0; c < COLUMNS - 1; c++) {
        row[c] = random.nextInt(6);
      }
      row[COLUMNS - 1] = Float.NaN;
      rows.add(row);
    }
    return rows;
  }

  private static List<Double> labels(FeatureRows rows) {
    float[] values = rows.packed();
    List<Double> labels = new ArrayList<>();
    for (int i = 0; i < rows.count(); i++) {
      float a = values[i * COLUMNS];
      float b = values[i * COLUMNS + 1];
      float c = values[i * COLUMNS + 2];
      labels.add((a * b - Math.max(0, a * b - 12) * 3 - (c == 2 ? 5 : 0)) / 12.0);
    }
    return labels;
  }

  private static double concordance(float[] scores, List<Double> labels) {
    int right = 0;
    int pairs = 0;
    for (int i = 0; i < scores.length; i++) {
      for (int j = 0; j < i; j++) {
        int order = Double.compare(labels.get(i), labels.get(j));
        if (order != 0) {
          pairs++;
          right += (scores[i] > scores[j]) == (order > 0) ? 1 : 0;
        }
      }
    }
    return (double) right / pairs;
  }
}
