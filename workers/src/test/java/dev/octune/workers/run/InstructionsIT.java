package dev.octune.workers.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.IrModule;
import dev.octune.kernels.ir.Param;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.reference.Fill;
import dev.octune.kernels.target.Arch;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.workers.build.BuildRequest;
import dev.octune.workers.build.BuildResult;
import dev.octune.workers.build.Builder;
import dev.octune.workers.build.BuilderSettings;
import dev.octune.workers.build.Image;
import dev.octune.workers.exact.Emulator;
import dev.octune.workers.toolchain.Toolchain;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every multiplying instruction that leaves use, one by one: the machine's own, where it has it,
 * and its emulation in plain IR must both give what a model in Java gives, in every lane, for
 * random and extreme operands. A kernel that is exact with an emulated leaf then lacks nothing but
 * the word of the instruction's maker.
 */
final class InstructionsIT {
  /** Vectors of an operand; at 64 bytes each they make the buffers below. */
  private static final int VECTORS = 64;

  private static final int BYTES = 64 * VECTORS;

  /** AMX's tile registers: 16 rows of 64 bytes. */
  private static final int TILE_BYTES = 1024;

  private static final int TILE_ROW_BYTES = 64;

  /** As many bytes of activations, of weights and of outputs. */
  private static final Workload OPERANDS =
      Workload.parse(
          "batch_matmul_int8 b=%d m=1 k=4 n=1 act=u8 wgt=s8 out=s32".formatted(BYTES / 4));

  private static Builder builder;

  /** What an instruction computes in one result lane. */
  enum Semantics {
    /** u8·s8 + u8·s8, saturated to i16. */
    SATURATED_PAIRS,
    /** s16·s16 + s16·s16. */
    PAIRS_OF_WORDS,
    /** sum + four u8·s8. */
    UNSIGNED_QUADS,
    /** sum + four s8·s8. */
    SIGNED_QUADS,
    /** sum + two s16·s16. */
    ADDED_PAIRS,
    /** s8·s8 in i16. */
    BYTE_PRODUCTS,
    /** s16·s16 in i32. */
    WORD_PRODUCTS,
    /** two s16 summed in i32. */
    PAIR_SUMS,
    /** 16 × 16 sums + 16 × 64 u8 · 64 × 16 s8. */
    TILES,
    /** 13 × 16 sums + 13 × 36 u8 · 36 × 16 s8; the other rows are zero. */
    PARTS_OF_TILES;

    int tileRows() {
      return this == TILES ? 16 : 13;
    }

    int tileDepth() {
      return this == TILES ? 64 : 36;
    }
  }

  enum Instruction {
    PMADDUBSW_128(Isa.SSE41, 128, "llvm.x86.ssse3.pmadd.ub.sw.128", Semantics.SATURATED_PAIRS),
    PMADDUBSW_256(Isa.AVX2, 256, "llvm.x86.avx2.pmadd.ub.sw", Semantics.SATURATED_PAIRS),
    PMADDUBSW_512(Isa.AVX512BW, 512, "llvm.x86.avx512.pmaddubs.w.512", Semantics.SATURATED_PAIRS),
    PMADDWD_128(Isa.SSE2, 128, "llvm.x86.sse2.pmadd.wd", Semantics.PAIRS_OF_WORDS),
    PMADDWD_256(Isa.AVX2, 256, "llvm.x86.avx2.pmadd.wd", Semantics.PAIRS_OF_WORDS),
    PMADDWD_512(Isa.AVX512BW, 512, "llvm.x86.avx512.pmaddw.d.512", Semantics.PAIRS_OF_WORDS),
    VPDPBUSD_VEX(Isa.AVXVNNI, 256, "llvm.x86.avx512.vpdpbusd.256", Semantics.UNSIGNED_QUADS),
    VPDPBUSD_256(Isa.AVX512VNNI, 256, "llvm.x86.avx512.vpdpbusd.256", Semantics.UNSIGNED_QUADS),
    VPDPBUSD_512(Isa.AVX512VNNI, 512, "llvm.x86.avx512.vpdpbusd.512", Semantics.UNSIGNED_QUADS),
    VPDPWSSD_VEX(Isa.AVXVNNI, 256, "llvm.x86.avx512.vpdpwssd.256", Semantics.ADDED_PAIRS),
    VPDPWSSD_512(Isa.AVX512VNNI, 512, "llvm.x86.avx512.vpdpwssd.512", Semantics.ADDED_PAIRS),
    TDPBUSD(Isa.AMXINT8, 8 * TILE_BYTES, "llvm.x86.tdpbusd.internal", Semantics.TILES),
    TDPBUSD_PART(
        Isa.AMXINT8, 8 * TILE_BYTES, "llvm.x86.tdpbusd.internal", Semantics.PARTS_OF_TILES),
    SDOT(Isa.DOTPROD, 128, "llvm.aarch64.neon.sdot.v4i32.v16i8", Semantics.SIGNED_QUADS),
    SMULL_8(Isa.NEON, 128, "llvm.aarch64.neon.smull.v8i16", Semantics.BYTE_PRODUCTS),
    SMULL_16(Isa.NEON, 128, "llvm.aarch64.neon.smull.v4i32", Semantics.WORD_PRODUCTS),
    SADDLP(Isa.NEON, 128, "llvm.aarch64.neon.saddlp.v4i32.v8i16", Semantics.PAIR_SUMS);

    private final Isa isa;
    private final int bits;
    private final String intrinsic;
    private final Semantics semantics;

    Instruction(Isa isa, int bits, String intrinsic, Semantics semantics) {
      this.isa = isa;
      this.bits = bits;
      this.intrinsic = intrinsic;
      this.semantics = semantics;
    }

    int vectorBytes() {
      return bits / Byte.SIZE;
    }

    /** The instruction on vector i of both operands; the sum is a vector of the other end. */
    Value emit(Code code, int i) {
      Type.Vector bytes = Type.I8.x(bits / 8);
      Type.Vector words = Type.I16.x(bits / 16);
      Type.Vector lanes = Type.I32.x(bits / 32);
      int other = BYTES / vectorBytes() - 1 - i;
      return switch (semantics) {
        case SATURATED_PAIRS ->
            code.intrinsic(
                intrinsic, words, load(code, "act", bytes, i), load(code, "wgt", bytes, i));
        case PAIRS_OF_WORDS ->
            code.intrinsic(
                intrinsic, lanes, load(code, "act", words, i), load(code, "wgt", words, i));
        case UNSIGNED_QUADS, ADDED_PAIRS ->
            code.intrinsic(
                intrinsic,
                lanes,
                load(code, "wgt", lanes, other),
                load(code, "act", lanes, i),
                load(code, "wgt", lanes, i));
        case SIGNED_QUADS ->
            code.intrinsic(
                intrinsic,
                lanes,
                load(code, "wgt", lanes, other),
                load(code, "act", bytes, i),
                load(code, "wgt", bytes, i));
        case BYTE_PRODUCTS, WORD_PRODUCTS -> {
          boolean ofBytes = semantics == Semantics.BYTE_PRODUCTS;
          Type.Vector half = ofBytes ? Type.I8.x(8) : Type.I16.x(4);
          yield code.intrinsic(
              intrinsic,
              ofBytes ? words : lanes,
              load(code, "act", half, 2 * i),
              load(code, "wgt", half, 2 * i));
        }
        case PAIR_SUMS -> code.intrinsic(intrinsic, lanes, load(code, "act", words, i));
        case TILES, PARTS_OF_TILES -> {
          int rows = semantics.tileRows();
          int depth = semantics.tileDepth();
          Value product =
              code.intrinsic(
                  intrinsic,
                  Type.TILE,
                  Value.of(Type.I16, rows),
                  Value.of(Type.I16, TILE_ROW_BYTES),
                  Value.of(Type.I16, depth),
                  loadTile(code, "wgt", rows, TILE_ROW_BYTES, other),
                  loadTile(code, "act", rows, depth, i),
                  loadTile(code, "wgt", depth / 4, TILE_ROW_BYTES, i));
          yield keepRows(
              code, code.intrinsic("llvm.x86.cast.tile.to.vector.v256i32", lanes, product), rows);
        }
      };
    }

    /** The same in Java, for all vectors: the bytes of the output as s32. */
    int[] model(byte[] act, byte[] wgt) {
      ByteBuffer a = ByteBuffer.wrap(act).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer w = ByteBuffer.wrap(wgt).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = 0; at < BYTES; at += 4) {
        int vector = at / vectorBytes();
        int mirrored = (BYTES / vectorBytes() - 1 - vector) * vectorBytes() + at % vectorBytes();
        // Products of halves read the first half of each vector only.
        int half = vector * vectorBytes() + at % vectorBytes() / 2;
        switch (semantics) {
          case SATURATED_PAIRS -> {
            for (int word = at; word < at + 4; word += 2) {
              int sum = (act[word] & 0xff) * wgt[word] + (act[word + 1] & 0xff) * wgt[word + 1];
              out.putShort(word, (short) Math.clamp(sum, Short.MIN_VALUE, Short.MAX_VALUE));
            }
          }
          case PAIRS_OF_WORDS -> out.putInt(at, pairs(a, w, at));
          case ADDED_PAIRS -> out.putInt(at, w.getInt(mirrored) + pairs(a, w, at));
          case UNSIGNED_QUADS, SIGNED_QUADS -> {
            int sum = w.getInt(mirrored);
            for (int i = at; i < at + 4; i++) {
              sum += (semantics == Semantics.SIGNED_QUADS ? act[i] : act[i] & 0xff) * wgt[i];
            }
            out.putInt(at, sum);
          }
          case BYTE_PRODUCTS -> {
            out.putShort(at, (short) (act[half] * wgt[half]));
            out.putShort(at + 2, (short) (act[half + 1] * wgt[half + 1]));
          }
          case WORD_PRODUCTS -> out.putInt(at, a.getShort(half) * w.getShort(half));
          case PAIR_SUMS -> out.putInt(at, a.getShort(at) + a.getShort(at + 2));
          case TILES, PARTS_OF_TILES -> out.putInt(at, tileSum(act, wgt, w, at, mirrored));
        }
      }
      int[] answer = new int[BYTES / 4];
      out.asIntBuffer().get(answer);
      return answer;
    }

    private int tileSum(byte[] act, byte[] wgt, ByteBuffer sums, int at, int mirrored) {
      int tile = at / TILE_BYTES * TILE_BYTES;
      int row = at % TILE_BYTES / TILE_ROW_BYTES;
      if (row >= semantics.tileRows()) {
        return 0;
      }
      int sum = sums.getInt(mirrored);
      for (int k = 0; k < semantics.tileDepth(); k++) {
        int u8 = act[tile + row * TILE_ROW_BYTES + k] & 0xff;
        sum += u8 * wgt[tile + k / 4 * TILE_ROW_BYTES + at % TILE_ROW_BYTES + k % 4];
      }
      return sum;
    }

    /** Behind its last row a tile of fewer rows leaves in the vector what stood in memory. */
    private static Value keepRows(Code code, Value all, int rows) {
      int lanes = TILE_BYTES / 4;
      int kept = rows * TILE_ROW_BYTES / 4;
      int[] mask = IntStream.range(0, lanes).map(i -> i < kept ? i : lanes + i).toArray();
      return code.shuffle(all, code.splat(Value.of(Type.I32, 0), lanes), mask);
    }

    private static Value loadTile(Code code, String operand, int rows, int rowBytes, int i) {
      return code.intrinsic(
          "llvm.x86.tileloadd64.internal",
          Type.TILE,
          Value.of(Type.I16, rows),
          Value.of(Type.I16, rowBytes),
          code.offset(code.param(operand), (long) i * TILE_BYTES),
          Value.index(TILE_ROW_BYTES));
    }

    private static int pairs(ByteBuffer a, ByteBuffer w, int at) {
      return a.getShort(at) * w.getShort(at) + a.getShort(at + 2) * w.getShort(at + 2);
    }

    private static Value load(Code code, String operand, Type.Vector type, int i) {
      int bytes = type.bits() / Byte.SIZE;
      return code.load(type, code.offset(code.param(operand), (long) i * bytes), bytes);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    builder =
        Builder.start(
            Toolchain.locate(), new BuilderSettings(1, BuilderSettings.DEFAULT_LIMIT, Set.of()));
  }

  @AfterAll
  static void stop() {
    builder.close();
  }

  @ParameterizedTest
  @EnumSource(Instruction.class)
  void emulation_randomAndExtremeOperands_equalsTheModel(Instruction instruction) throws Exception {
    Target here = Host.detect().target();
    assertExact(instruction, here, IrModule.emulated(here), Connection.HERE);
  }

  /** Plain IR must not need what the emulated instruction's own machine has. */
  @ParameterizedTest
  @EnumSource(Instruction.class)
  void emulation_onTheOldestX86_equalsTheModel(Instruction instruction) throws Exception {
    Target oldest = Target.parse("x86_64 cpu=x86-64 isa=sse2 threads=1");
    assumeTrue(Host.detect().runs(oldest), "CPU: no x86-64");
    assertExact(instruction, oldest, IrModule.emulated(oldest), Connection.HERE);
  }

  @ParameterizedTest
  @EnumSource(Instruction.class)
  void instruction_randomAndExtremeOperands_equalsTheModel(Instruction instruction)
      throws Exception {
    Target target =
        new Target(instruction.isa.arch(), instruction.isa.llvmCpu(), instruction.isa, 1);
    boolean here = Host.detect().runs(target);
    assumeTrue(
        here || target.arch() == Arch.AARCH64, "CPU: no " + instruction.isa.text() + " here");
    assertExact(
        instruction,
        target,
        new IrModule(target),
        here ? Connection.HERE : Emulator.aarch64("max"));
  }

  private static void assertExact(
      Instruction instruction, Target target, IrModule module, Connection connection)
      throws Exception {
    List<Param> copy = List.of(Param.read("from"), Param.write("to"));
    for (String name : List.of("pack_act", "pack_wgt", "unpack_out")) {
      module.function(
          name,
          copy,
          code ->
              code.loop(
                  BYTES,
                  i ->
                      code.store(
                          code.load(Type.I8, code.offset(code.param("from"), i), 1),
                          code.offset(code.param("to"), i),
                          1)));
    }
    module.function(
        "run",
        List.of(
            Param.read("act"),
            Param.read("wgt"),
            Param.write("out"),
            Param.number("part", Type.I32),
            Param.number("parts", Type.I32)),
        code -> {
          int bytes = instruction.vectorBytes();
          for (int i = 0; i < BYTES / bytes; i++) {
            Value result = instruction.emit(code, i);
            code.store(result, code.offset(code.param("out"), (long) i * bytes), bytes);
          }
        });
    long seed = new SplittableRandom().nextLong();
    List<int[]> answers = new ArrayList<>();
    for (Fill fill : Fill.ALL) {
      answers.add(
          instruction.model(fill.activations(OPERANDS, seed), fill.weights(OPERANDS, seed)));
    }
    Image image = built(target, module);
    byte[] bytes = new byte[image.sizeBytes()];
    image.bytes().get(bytes);
    Packing packing =
        new Packing(
            instruction + " on " + target,
            bytes,
            image.entry("pack_act"),
            image.entry("pack_wgt"),
            OptionalInt.empty(),
            image.entry("unpack_out"),
            BYTES,
            BYTES,
            BYTES);
    try (Runner runner =
        Runner.start(
            Toolchain.locate().compileRunner(target.arch(), RunnerSource.text()), connection, 0)) {
      Verdict verdict =
          runner.run(
              Problem.of(OPERANDS, seed, answers),
              List.of(
                  new Packing.Kernel(
                      packing, new dev.octune.workers.run.Code(bytes, image.entry("run")))),
              new RunPlan(1, List.of(), Duration.ofSeconds(60), Optional.empty()));
      assertEquals(Verdict.Exact.class, verdict.getClass(), () -> "seed " + seed + ": " + verdict);
    }
  }

  private static Image built(Target target, IrModule module) throws InterruptedException {
    BuildResult<Image> result = builder.build(new BuildRequest(target.isa(), module.text()));
    if (result instanceof BuildResult.Built<Image>(Image image, long _)) {
      return image;
    }
    return fail(result.toString());
  }
}
