package dev.octune.workers.build;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.octune.kernels.target.Arch;
import dev.octune.workers.toolchain.Toolchain;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The linker against real objects: damaged ones, and whole ones against LLVM's own linker. */
final class ObjectLinkerIT {
  private static final Map<Arch, byte[]> OBJECTS = new EnumMap<>(Arch.class);
  private static Toolchain toolchain;

  @TempDir Path tmp;

  @BeforeAll
  static void compile() throws Exception {
    toolchain = Toolchain.locate();
    try (Builder builder = Builder.start(toolchain, BuilderSettings.one())) {
      for (Arch arch : Arch.values()) {
        BuildRequest request = Modules.readsConstants(Modules.plainIsa(arch));
        OBJECTS.put(arch, object(builder, request));
      }
    }
  }

  private static byte[] object(Builder builder, BuildRequest request) throws InterruptedException {
    return switch (builder.emit(request, Output.OBJECT)) {
      case BuildResult.Built<byte[]>(byte[] bytes, long _) -> bytes;
      case BuildResult<byte[]> other -> fail(other.toString());
    };
  }

  private static byte[] object(Arch arch) {
    return OBJECTS.getOrDefault(arch, new byte[0]).clone();
  }

  @ParameterizedTest
  @EnumSource(Arch.class)
  void link_constantsAndCalls_sameBytesAsLld(Arch arch) throws Exception {
    Image image = ObjectLinker.link(arch, object(arch));
    byte[] ours = new byte[image.sizeBytes()];
    image.bytes().get(ours);
    assertArrayEquals(linkedByLld(arch), ours);
  }

  /** The same sections in the same order, with padding of zeros as ours. */
  private byte[] linkedByLld(Arch arch) throws Exception {
    // Compiling a program unpacks lld.
    Path linker =
        toolchain
            .compileRunner(Arch.X86_64, "void _start(void) { for (;;) {} }")
            .resolveSibling("ld.lld");
    Path object = Files.write(tmp.resolve("kernel.o"), object(arch));
    Path script =
        Files.writeString(
            tmp.resolve("flat.ld"),
            "SECTIONS { . = 0x200000; .all : { *(.text*) *(.rodata*) } =0 /DISCARD/ : {"
                + " *(.eh_frame*) *(.comment) *(.note*) } }");
    Path flat = tmp.resolve("kernel.bin");
    Process lld =
        new ProcessBuilder(
                linker.toString(),
                "--oformat=binary",
                // Entries must stay calls to the place; lld would otherwise be free to relax them.
                "--no-relax",
                "-T",
                script.toString(),
                "-e",
                "octune_run",
                object.toString(),
                "-o",
                flat.toString())
            .redirectErrorStream(true)
            .start();
    String words = new String(lld.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, lld.waitFor(), words);
    return Files.readAllBytes(flat);
  }

  @ParameterizedTest
  @EnumSource(Arch.class)
  void link_cutAnywhere_refused(Arch arch) {
    byte[] whole = object(arch);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(ObjectException.class, () -> ObjectLinker.link(arch, cut), "at " + length);
    }
  }

  @ParameterizedTest
  @EnumSource(Arch.class)
  void link_damagedBytes_anImageOrARefusalNeverAnotherError(Arch arch) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = object(arch);
      int damages = 1 + random.nextInt(4);
      for (int i = 0; i < damages; i++) {
        int at = random.nextInt(damaged.length);
        damaged[at] =
            switch (random.nextInt(3)) {
              case 0 -> (byte) random.nextInt(256);
              case 1 -> (byte) (damaged[at] ^ 1 << random.nextInt(8));
              default -> (byte) 0xff;
            };
      }
      try {
        assertTrue(ObjectLinker.link(arch, damaged).sizeBytes() <= Image.MAX_BYTES);
      } catch (ObjectException _) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
    }
    assertTrue(refused > 1000, refused + " refusals, seed " + seed);
  }

  @Test
  void link_objectOfAnotherArchitecture_refused() {
    ObjectException refusal =
        assertThrows(
            ObjectException.class, () -> ObjectLinker.link(Arch.X86_64, object(Arch.AARCH64)));
    assertTrue(refusal.toString().contains("machine 183"), refusal.toString());
  }

  @Test
  void link_globalConstantThroughTheGot_refusedByName() throws Exception {
    try (Builder builder = Builder.start(toolchain, BuilderSettings.one())) {
      for (Arch arch : Arch.values()) {
        BuildResult<Image> result =
            builder.build(
                Modules.request(
                    Modules.plainIsa(arch),
                    """
                    @visible = constant i32 7
                    define ptr @octune_run() nounwind {
                      ret ptr @visible
                    }
                    """));
        String expected =
            switch (arch) {
              case X86_64 -> "R_X86_64_REX_GOTPCRELX";
              case AARCH64 -> "R_AARCH64_ADR_GOT_PAGE";
            };
        assertEquals(
            new BuildResult.Refused<Image>("relocation " + expected + " needs a loader"), result);
      }
    }
  }

  @Test
  void relocations_distanceBeyondTheField_refused() {
    ByteBuffer image = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    assertThrows(ObjectException.class, () -> new X86Relocations().apply(image, 0, 2, 1L << 31));
    assertThrows(
        ObjectException.class, () -> new Aarch64Relocations().apply(image, 0, 283, 1L << 27));
    assertThrows(ObjectException.class, () -> new Aarch64Relocations().apply(image, 0, 283, 2));
    assertThrows(ObjectException.class, () -> new Aarch64Relocations().apply(image, 0, 299, 8));
  }
}
