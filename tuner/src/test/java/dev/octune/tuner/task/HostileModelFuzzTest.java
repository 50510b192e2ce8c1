package dev.octune.tuner.task;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.octune.tuner.graph.ModelFileException;
import dev.octune.tuner.graph.Models;
import dev.octune.tuner.graph.QuantizedGraph;
import dev.octune.tuner.graph.TfliteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tensorflow.lite.schema.ActivationFunctionType;
import org.tensorflow.lite.schema.Buffer;
import org.tensorflow.lite.schema.BuiltinOperator;
import org.tensorflow.lite.schema.Model;
import org.tensorflow.lite.schema.Padding;

/**
 * Damages files and reads them: each gives a graph, whose tasks can be extracted, or a {@link
 * ModelFileException}; nothing else, soon, and within the test's heap. Replay with
 * -Doctune.seed=SEED.
 */
@Timeout(120)
class HostileModelFuzzTest {
  private static final int SMALL_MUTANTS = 8_000;
  private static final int MUTANTS_PER_MODEL = 120;

  /**
   * One mutant takes microseconds; seconds, even on a busy machine, mean that something grows with
   * a damaged number.
   */
  private static final long MAX_NANOS = 5_000_000_000L;

  private final long seed = Long.getLong("octune.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private int graphs;
  private int refusals;

  @BeforeEach
  void printSeed() {
    System.out.println("HostileModelFuzzTest: " + replay());
  }

  @Test
  void read_damagedSmallFile_givesAGraphOrTheTypedError() {
    byte[] bytes = small();
    BitSet structure = new BitSet();
    structure.set(0, bytes.length);
    damageAndRead(bytes, structure, SMALL_MUTANTS);
    assertTrue(graphs > 400, () -> "only " + graphs + " mutants were read, " + replay());
    assertTrue(refusals > 400, () -> "only " + refusals + " mutants were refused, " + replay());
  }

  @Test
  void read_damagedModels_giveAGraphOrTheTypedError() throws IOException {
    List<Models.Listed> models = Models.tflite();
    assumeFalse(models.isEmpty(), "no models at " + Models.folder());
    for (Models.Listed model : models) {
      byte[] bytes = Files.readAllBytes(Models.path(model.file()));
      damageAndRead(bytes, structure(bytes), MUTANTS_PER_MODEL);
    }
    assertTrue(refusals > 400, () -> "only " + refusals + " mutants were refused, " + replay());
  }

  private String replay() {
    return "replay with -Doctune.seed=" + seed;
  }

  private void damageAndRead(byte[] original, BitSet structure, int mutants) {
    int[] positions = structure.stream().toArray();
    for (int i = 0; i < mutants; i++) {
      byte[] mutant = original.clone();
      for (int damage = 1 + random.nextInt(3); damage > 0; damage--) {
        mutant = damage(mutant, positions);
      }
      long start = System.nanoTime();
      read(mutant);
      long nanos = System.nanoTime() - start;
      assertTrue(nanos < MAX_NANOS, () -> "a mutant took " + nanos + " ns, " + replay());
    }
  }

  private void read(byte[] mutant) {
    QuantizedGraph graph;
    try {
      graph = TfliteFile.read(mutant);
    } catch (ModelFileException e) {
      refusals++;
      assertTrue(String.valueOf(e.getMessage()).contains("Mend: "), e::getMessage);
      return;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("reading a mutant, " + replay(), e);
    }
    graphs++;
    try {
      TaskList tasks = Tasks.extract(graph, _ -> Optional.empty());
      if (!tasks.tasks().isEmpty()) {
        Tasks.weights(graph, tasks.tasks().getFirst().layers().getFirst());
      }
    } catch (RuntimeException | Error e) {
      throw new AssertionError("extracting the tasks of a mutant, " + replay(), e);
    }
  }

  private byte[] damage(byte[] bytes, int[] positions) {
    int at = Math.min(positions[random.nextInt(positions.length)], Math.max(0, bytes.length - 1));
    if (bytes.length < 8) {
      return bytes;
    }
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> putInt(bytes, at, interesting(bytes.length));
      case 3 -> putInt(bytes, at & ~3, interesting(bytes.length));
      case 4 -> {
        int from = random.nextInt(bytes.length - 4);
        System.arraycopy(bytes, from, bytes, Math.min(at, bytes.length - 4) & ~3, 4);
      }
      default -> {
        if (random.nextInt(8) == 0) {
          return Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        putInt(bytes, at & ~3, -random.nextInt(bytes.length));
      }
    }
    return bytes;
  }

  private int interesting(int sizeBytes) {
    int[] values = {
      0,
      1,
      -1,
      2,
      4,
      255,
      256,
      65_535,
      65_536,
      Integer.MAX_VALUE,
      Integer.MIN_VALUE,
      sizeBytes,
      sizeBytes - 1,
      sizeBytes - 4,
      random.nextInt(sizeBytes),
      random.nextInt(64),
      random.nextInt()
    };
    return values[random.nextInt(values.length)];
  }

  private static void putInt(byte[] bytes, int at, int value) {
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(Math.min(at, bytes.length - 4), value);
  }

  /** All bytes but the weights: damage there would only change numbers. */
  private static BitSet structure(byte[] bytes) {
    BitSet structure = new BitSet();
    structure.set(0, bytes.length);
    Model model = Model.getRootAsModel(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    for (int i = 0; i < model.buffersLength(); i++) {
      Buffer buffer = model.buffers(i);
      if (buffer.dataLength() > 0) {
        ByteBuffer data = buffer.dataAsByteBuffer();
        structure.clear(data.position(), data.limit());
      }
    }
    return structure;
  }

  /** A little of everything that the reader knows. */
  private static byte[] small() {
    TfliteFile file = new TfliteFile();
    int act = file.tensor("in", TfliteFile.S8, 0.1f, 0, 1, 4, 4, 4);
    int conv = file.constant("w", TfliteFile.S8, 0, -127, 127, 5, 3, 3, 4);
    file.perChannel(conv, 0, 0, 0, 0, 0, 0);
    int depthwise = file.constant("w", TfliteFile.U8, 7, 0, 127, 1, 3, 3, 4);
    int dense = file.constant("w", TfliteFile.S8, 0, -5, 5, 3, 4);
    int a = file.tensor("a", TfliteFile.S8, 0.1f, 0, 1, 4, 4, 5);
    int b = file.tensor("b", TfliteFile.S8, 0.1f, 0, 1, 2, 2, 4);
    int c = file.tensor("c", TfliteFile.S8, 0.1f, 0, 16, 3);
    int d = file.tensor("d", TfliteFile.S8, 0.1f, 0, 1, 4, 4, 4);
    file.inputs(act);
    file.conv(act, conv, a, Padding.SAME, 1, 1, ActivationFunctionType.RELU6);
    file.depthwise(act, depthwise, b, Padding.SAME, 2, 1);
    file.dense(act, dense, c, ActivationFunctionType.NONE);
    file.operator(BuiltinOperator.CONCATENATION, new int[] {act, act}, d);
    file.matmul(d, d, file.tensor("e", TfliteFile.S8, 0.1f, 0, 1, 4, 4, 4), false, true);
    file.operator(BuiltinOperator.CUSTOM, new int[] {d}, file.tensor("f", TfliteFile.U8, 1, 0, 1));
    return file.bytes();
  }
}
