package dev.octune.tuner.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.text.TextException;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.graph.ModelFile;
import dev.octune.tuner.graph.Models;
import dev.octune.tuner.task.Tasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class NetworkListTest {
  private static final Path NETWORKS =
      Path.of(System.getProperty("octune.checkout"), "configs", "networks");
  private static final String DENSE = "dense_int8 m=1 k=8 n=4 act=u8 wgt=s8 out=s32";

  @TempDir private Path folder;

  static List<Path> everyFile() throws IOException {
    try (Stream<Path> files = Files.list(NETWORKS)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("everyFile")
  void read_fileOfConfigs_isCanonicalAndNamesItsSource(Path file) throws IOException {
    NetworkList network = NetworkList.read(file);
    String content = Files.readString(file);
    assertTrue(content.contains("# Source: ") || content.contains("\n# Source: "));
    for (NetworkList.Entry entry : network.entries()) {
      assertTrue(
          content.contains(entry.uses() + " " + entry.workload().text() + "\n"),
          () -> file + " does not hold the canonical text of " + entry.workload().text());
    }
  }

  /** Multiply-adds as published: the paper's own figure, or the reference model's. */
  @ParameterizedTest
  @CsvSource({
    "resnet50, 54, 3.8e9, 0.02",
    "resnet18, 21, 1.8e9, 0.01",
    "mobilenet_v1, 28, 569e6, 0.001",
    "mobilenet_v2, 53, 300e6, 0.005",
    "inception_v3, 95, 5.7e9, 0.005",
    "resnet8, 10, 12.50e6, 0.001",
    "ds_cnn, 10, 2.66e6, 0.005",
    // 12 layers of (4 · 768² + 2 · 768 · 3072) weights on 128 tokens, and the pooler.
    "bert_base, 73, 10.87e9, 0.001",
    "bert_base_attention, 24, 302e6, 0.001",
  })
  void macs_network_isThePublishedFigure(String name, int layers, double macs, double tolerance) {
    NetworkList network = NetworkList.read(NETWORKS.resolve(name + ".txt"));
    assertEquals(name, network.name());
    assertEquals(layers, network.layers());
    assertEquals(macs, (double) network.macs(), tolerance * macs);
  }

  /** The two lists whose value ranges come from a reference model are that model's tasks. */
  @ParameterizedTest
  @CsvSource({"resnet8, resnet8_cifar_s8", "ds_cnn, kws_dscnn_s8"})
  void read_referenceModelsList_isTheModelsTasks(String name, String model) {
    List<NetworkList.Entry> tasks =
        Tasks.extract(
                ModelFile.read(Models.path("tflite/" + model + ".tflite")),
                KernelLibrary.standard(),
                Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1"))
            .tasks()
            .stream()
            .map(task -> new NetworkList.Entry(task.uses(), task.workload()))
            .toList();
    assertEquals(
        Set.copyOf(tasks), Set.copyOf(NetworkList.read(NETWORKS.resolve(name + ".txt")).entries()));
  }

  @Test
  void read_listWithCommentsAndBlanks_keepsOrderAndUses() throws IOException {
    String other = "dense_int8 m=1 k=16 n=4 act=u8 wgt=s8 out=s32";
    Path file = write("tiny.txt", "# a comment\r\n\r\n 3  " + DENSE + "\r\n1 " + other);
    assertEquals(
        new NetworkList(
            "tiny",
            List.of(
                new NetworkList.Entry(3, Workload.parse(DENSE)),
                new NetworkList.Entry(1, Workload.parse(other)))),
        NetworkList.read(file));
  }

  @Test
  void read_severalBadLines_reportsAllOfThemWithTheirLines() throws IOException {
    Path file =
        write(
            "bad.txt",
            String.join(
                "\n",
                "1 " + DENSE,
                "x " + DENSE,
                "0 " + DENSE,
                "7",
                "2 " + DENSE,
                "1 dense_int8 m=0 k=8 n=4 act=u8 wgt=s8 out=s32"));
    String message = messageOf(file);
    assertEquals(5, message.lines().count(), message);
    assertStartsWith(message, 0, file + ":2: 'x' is not a use count. Mend: ");
    assertStartsWith(message, 1, file + ":3: uses is 0, must be in [1, 100000]. Mend: ");
    assertStartsWith(message, 2, file + ":4: no workload after the use count. Mend: ");
    assertStartsWith(message, 3, file + ":5: the workload stands on line 1 already. Mend: ");
    assertStartsWith(message, 4, file + ":6: workload 'dense_int8 m=0 k=8");
    assertTrue(message.contains("'m' is 0, must be in [1, "), message);
  }

  @Test
  void read_listWithoutWorkload_saysHowALineLooks() throws IOException {
    Path file = write("empty.txt", "# nothing\n");
    assertStartsWith(messageOf(file), 0, file + ": no workload in it. Mend: write '<uses> <work");
  }

  @Test
  void read_missingFile_saysWhereListsStand() {
    Path file = folder.resolve("no.txt");
    assertStartsWith(messageOf(file), 0, file + ": no such file. Mend: check the path; lists");
  }

  @Test
  void read_directory_saysSo() {
    assertStartsWith(messageOf(folder), 0, folder + ": can't be read: ");
  }

  @Test
  void read_binaryFile_isRefused() throws IOException {
    Path file = Files.write(folder.resolve("model.tflite"), new byte[] {28, 0, (byte) 0xff, 84});
    assertStartsWith(messageOf(file), 0, file + ": not UTF-8 text. Mend: ");
  }

  @Test
  void read_hugeFile_isRefusedWithoutReadingItAll() throws IOException {
    Path file = write("huge.txt", "#".repeat(NetworkList.MAX_FILE_BYTES + 1));
    assertStartsWith(messageOf(file), 0, file + ": longer than 1048576 bytes. Mend: ");
  }

  @Test
  void read_textThatIsNoList_stopsAfterTheFirstProblems() throws IOException {
    Path file = write("prose.txt", "some words\n".repeat(1000));
    List<String> lines = messageOf(file).lines().toList();
    assertEquals(NetworkList.MAX_PROBLEMS + 1, lines.size());
    assertTrue(lines.getLast().endsWith("Mend: is this a network list?"), lines.getLast());
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static String messageOf(Path file) {
    return String.valueOf(
        assertThrows(TextException.class, () -> NetworkList.read(file)).getMessage());
  }

  private static void assertStartsWith(String message, int line, String start) {
    String actual = message.lines().toList().get(line);
    assertTrue(actual.startsWith(start), () -> actual + "\ndoes not start with\n" + start);
  }
}
