package dev.octune.kernels.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Pins the text of a few small kernels. A schedule stands in records: where a change makes another
 * kernel of the same schedule, raise {@link DirectSpace#VERSION}; then rewrite the files with
 * {@code -Dgolden.update=true}.
 */
class DirectKernelGoldenTest {
  private static final Path FOLDER =
      Path.of(
          System.getProperty("octune.checkout", ".."), "kernels/src/test/resources/golden/codegen");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          dense_avx2_s16w8 | dense_int8 m=4 k=6 n=8 act=u8 wgt=s8 out=s32 | x86_64 cpu=znver3 isa=avx2 threads=1 | dense_direct/1 leaf=avx2_s16w8 ic_block=6 oc_vectors=1 ow_tile=4 oh_tile=1 strip=4 unroll=1 taps=loop reduce=channels_outer order=channels_outer border=packed
          conv_avx2_maddubs2 | conv2d_NCHWc_int8 n=1 ic=8 ih=3 iw=3 oc=8 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1 act=u8 wgt=s8[-32,32] out=s32 | x86_64 cpu=znver3 isa=avx2 threads=1 | conv2d_direct/1 leaf=avx2_maddubs2 ic_block=8 oc_vectors=1 ow_tile=3 oh_tile=1 strip=3 unroll=1 taps=unrolled reduce=taps_outer order=rows_outer border=taps_skipped
          conv_neon_sdot | conv2d_NCHWc_int8 n=1 ic=3 ih=5 iw=5 oc=4 kh=3 kw=3 stride=2,2 pad=1,1,1,1 dilation=1,1 act=u8 azp=211 wgt=s8 out=s32 | aarch64 cpu=cortex-a76 isa=dotprod threads=1 | conv2d_direct/1 leaf=neon_sdot ic_block=12 oc_vectors=1 ow_tile=3 oh_tile=2 strip=3 unroll=1 taps=flat reduce=channels_outer order=channels_outer border=packed
          dense_avx2_requantized | dense_int8 m=1 k=4 n=8 act=u8 wgt=s8 out=u8 round=double | x86_64 cpu=znver3 isa=avx2 threads=1 | dense_direct/1 leaf=avx2_s16w8 ic_block=4 oc_vectors=1 ow_tile=1 oh_tile=1 strip=1 unroll=1 taps=loop reduce=channels_outer order=channels_outer border=packed
          dense_neon_requantized | dense_int8 m=1 k=4 n=4 act=u8 wgt=s8 out=s8 round=single | aarch64 cpu=cortex-a76 isa=dotprod threads=1 | dense_direct/1 leaf=neon_sdot ic_block=4 oc_vectors=1 ow_tile=1 oh_tile=1 strip=1 unroll=1 taps=loop reduce=channels_outer order=channels_outer border=packed
          """)
  void emit_ofASchedule_isAsPinned(String name, String workload, String target, String schedule)
      throws IOException {
    KernelSource source =
        KernelLibrary.standard()
            .emit(
                new Candidate(
                    Workload.parse(workload), Target.parse(target), Schedule.parse(schedule)));
    String text = source.layout() + "\n\n" + source.runIr() + "\n\n" + source.packIr();
    Path golden = FOLDER.resolve(name + ".ll");
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(FOLDER);
      Files.writeString(golden, text);
    }
    assertEquals(Files.readString(golden), text);
    assertTrue(text.lines().count() < 450, "small enough to read in a review");
  }
}
