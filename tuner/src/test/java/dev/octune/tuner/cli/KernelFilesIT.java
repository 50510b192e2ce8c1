package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.octune.kernels.reference.Fill;
import dev.octune.kernels.reference.Reference;
import dev.octune.kernels.reference.Requantization;
import dev.octune.kernels.workload.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of {@code octune kernel}, compiled into a C program and compared with the oracle. */
final class KernelFilesIT {
  private static final long SEED = 7;

  @TempDir private Path folder;
  private Program octune = new Program(Path.of(""));

  @BeforeEach
  void start() throws IOException {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(p -> Files.isExecutable(Path.of(p, "cc"))),
        "no C compiler 'cc' on PATH (Debian: gcc)");
    octune = new Program(folder);
    try (InputStream source = KernelFilesIT.class.getResourceAsStream("use_kernel.c")) {
      Files.write(folder.resolve("use_kernel.c"), Objects.requireNonNull(source).readAllBytes());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv2d_NCHWc_int8 n=1 ic=3 ih=9 iw=7 oc=10 kh=3 kw=3 stride=2,1 pad=1,0,1,2 dilation=1,1"
            + " act=u8 azp=211 wgt=s8 out=s32",
        "conv2d_NCHWc_int8 n=2 ic=32 ih=5 iw=5 oc=16 kh=1 kw=1 stride=1,1 pad=0,0,0,0 dilation=1,1"
            + " act=u8 wgt=u8 wzp=157 out=s32",
        "depthwise_conv2d_NCHWc_int8 n=1 c=20 ih=7 iw=7 m=1 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
            + " dilation=1,1 act=u8 azp=1 wgt=s8[-127,127] out=s32",
        "dense_int8 m=3 k=65 n=10 act=u8 wgt=s8[-64,64] out=s32",
        "batch_matmul_int8 b=2 m=5 k=33 n=17 act=u8[0,127] wgt=s8 out=s32",
        "conv2d_NCHWc_int8 n=1 ic=6 ih=9 iw=7 oc=10 kh=1 kw=7 stride=1,1 pad=0,3,0,3 dilation=1,1"
            + " groups=2 act=u8 azp=211 wgt=s8 out=u8 round=double",
        "depthwise_conv2d_NCHWc_int8 n=1 c=20 ih=7 iw=7 m=2 kh=3 kw=3 stride=2,2 pad=1,1,1,1"
            + " dilation=1,1 act=u8 azp=1 wgt=s8[-127,127] out=s8 round=single",
        "dense_int8 m=3 k=65 n=10 act=u8 wgt=s8[-64,64] out=s8 round=double",
        "batch_matmul_int8 b=2 m=5 k=33 n=17 act=u8 wgt=u8 wzp=131 out=u8 round=single",
      })
  void kernelFiles_linkedIntoAProgram_areExact(String text) throws Exception {
    Workload workload = Workload.parse(text);
    octune.run("kernel", text, "-o", folder.toString()).expectExit(0);
    boolean requantizes = workload.numerics().out().isRequantized();
    String define = requantizes ? "-DREQUANTIZES" : "-DSUMS";
    run("cc", "-std=c11", "-Wall", "-Werror", define, "-o", "use", "use_kernel.c", "kernel.o");
    for (Fill fill : Fill.ALL) {
      byte[] act = fill.activations(workload, SEED);
      byte[] wgt = fill.weights(workload, SEED);
      Files.write(folder.resolve("act"), act);
      Files.write(folder.resolve("wgt"), wgt);
      byte[] expected;
      if (requantizes) {
        Requantization how = fill.requantization(workload, SEED);
        Files.write(folder.resolve("table"), bytes(how.table()));
        expected = Reference.codes(workload, act, wgt, how);
      } else {
        expected = bytes(Reference.output(workload, act, wgt));
      }
      for (int parts : List.of(1, 3, 64)) {
        run(
            "./use",
            "act",
            "wgt",
            "out",
            "" + parts,
            "" + workload.outBytes(),
            "table",
            "" + workload.outChannels());
        assertArrayEquals(
            expected,
            Files.readAllBytes(folder.resolve("out")),
            () -> fill.text() + ", parts " + parts);
      }
    }
  }

  @Test
  void kernelObject_needsNothingAndKeepsNothing() throws Exception {
    octune
        .run("kernel", "dense_int8 m=3 k=65 n=10 act=u8 wgt=s8 out=s32", "-o", folder.toString())
        .expectExit(0);
    // Linked alone as a shared library whose every symbol must be found.
    run("cc", "-shared", "-nostdlib", "-Wl,-z,defs,-z,text", "-o", "alone.so", "kernel.o");
    String symbols = run("nm", "kernel.o");
    assertEquals(
        0, symbols.lines().filter(line -> line.matches(".* [BbDdCUuVvWw] .*")).count(), symbols);
  }

  private String run(String... command) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int exit = process.waitFor();
    String text = Files.readString(output, StandardCharsets.UTF_8);
    assertEquals(0, exit, () -> String.join(" ", command) + "\n" + text);
    return text;
  }

  private static byte[] bytes(int[] words) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(words);
    return bytes.array();
  }
}
