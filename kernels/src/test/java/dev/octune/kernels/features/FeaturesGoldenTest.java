package dev.octune.kernels.features;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Pins names, order and values of the features. Where a change is meant, raise {@link
 * Features#VERSION} and rewrite the files with {@code -Dgolden.update=true}.
 */
class FeaturesGoldenTest {
  private static final Path FOLDER =
      Path.of(
          System.getProperty("octune.checkout", ".."),
          "kernels/src/test/resources/golden/features");

  @Test
  void length_ofARow_isPinned() {
    assertEquals(4, Features.VERSION);
    assertEquals(61, Feature.count());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          conv3x3   | conv2d_NCHWc_int8 n=1 ic=64 ih=56 iw=56 oc=64 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32 | x86_64 cpu=znver3 isa=avx2 threads=1 | conv2d_direct/1 leaf=avx2_s16 ic_block=16 oc_vectors=2 ow_tile=6 oh_tile=1 strip=56 unroll=2 taps=unrolled reduce=channels_outer order=rows_outer border=packed
          pointwise | conv2d_NCHWc_int8 n=1 ic=64 ih=56 iw=56 oc=250 kh=1 kw=1 stride=2,2 pad=0,0,0,0 dilation=1,1 act=u8[0,127] wgt=s8[-64,64] out=s32 | x86_64 cpu=znver4 isa=avx512vnni threads=2 | conv2d_direct/1 leaf=avx512_vnni ic_block=64 oc_vectors=3 ow_tile=5 oh_tile=1 strip=196 unroll=4 taps=loop reduce=channels_outer order=channels_outer border=packed
          dense     | dense_int8 m=16 k=768 n=768 act=u8 wgt=u8 wzp=120 out=s32 | x86_64 cpu=znver3 isa=avx2 threads=1 | dense_direct/1 leaf=avx2_s16w8 ic_block=768 oc_vectors=8 ow_tile=4 oh_tile=1 strip=16 unroll=1 taps=loop reduce=channels_outer order=rows_outer border=packed
          depthwise | depthwise_conv2d_NCHWc_int8 n=1 c=32 ih=112 iw=112 m=1 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8 out=s32 | aarch64 cpu=cortex-a72 isa=neon threads=1 | depthwise_direct/1 leaf=neon_s16 lanes=channels block_vectors=4 vectors=2 oh_tile=2 ow_tile=4 weights=held taps=unrolled
          foreign   | batch_matmul_int8 b=12 m=128 k=64 n=128 act=u8 wgt=s8 out=s32 | x86_64 cpu=x86-64 isa=sse2 threads=1 | somewhere_else/7 block=32 order=rows_outer shape=wide
          """)
  void row_ofASchedule_isAsPinned(String name, String workload, String target, String schedule)
      throws IOException {
    Schedule parsed = Schedule.parse(schedule);
    ConfigSpace space =
        ConfigSpace.of(
            parsed.template(),
            parsed.version(),
            parsed.values().entrySet().stream().map(e -> knob(e.getKey(), e.getValue())).toList(),
            _ -> true);
    float[] row = Features.of(Workload.parse(workload), Target.parse(target), space).row(parsed);
    StringBuilder text = new StringBuilder("%s\n%s\n%s\n".formatted(workload, target, schedule));
    for (Feature feature : Feature.values()) {
      text.append(
          String.format(Locale.ROOT, "%-24s %.6f%n", feature.text(), row[feature.column()]));
    }
    Path golden = FOLDER.resolve(name + ".txt");
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(golden, text);
    }
    assertEquals(Files.readString(golden), text.toString());
  }

  private static Knob knob(String name, String value) {
    return value.matches("[0-9]+")
        ? Knob.Size.of(name, Integer.parseInt(value))
        : Knob.Choice.of(name, value);
  }
}
