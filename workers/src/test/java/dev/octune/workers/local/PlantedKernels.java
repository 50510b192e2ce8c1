package dev.octune.workers.local;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.codegen.KernelSource;
import dev.octune.kernels.codegen.RoofLoop;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.space.ConfigSpace;
import dev.octune.kernels.space.Knob;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Plain loops for one small convolution, each point of the space with another fault in it. The
 * values −1, 211 and so on in the IR are those of {@link #WORKLOAD}.
 */
public final class PlantedKernels implements KernelLibrary {
  public static final Workload WORKLOAD =
      Workload.parse(
          "conv2d_NCHWc_int8 n=1 ic=1 ih=5 iw=5 oc=2 kh=3 kw=3 stride=1,1 pad=1,1,1,1 dilation=1,1"
              + " act=u8 azp=211 wgt=s8 out=s32");

  /** The faults. */
  public enum Plant {
    NONE,
    /** Sums in s16 with saturation, as vpmaddubsw does. */
    SATURATES,
    WRITES_NOTHING,
    /** Adds to what the output held before. */
    ACCUMULATES,
    /** Reads 0 outside the input. */
    IGNORES_AZP,
    SKIPS_LAST_ELEMENT,
    WRITES_BEFORE_OUT,
    WRITES_BEHIND_OUT,
    READS_BEHIND_ACT,
    READS_BEFORE_WGT,
    CHANGES_ACT,
    WRONG_IN_THREE_PARTS,
    STORES_TO_NULL,
    TRAPS,
    HANGS,
    USES_MUCH_STACK,
    DOES_NOT_COMPILE,
    TEMPLATE_THROWS
  }

  private static final String RUN =
      """
      target triple = "%TRIPLE%"
      declare i16 @llvm.sadd.sat.i16(i16, i16)
      declare void @llvm.trap()
      define void @octune_run(ptr %act, ptr %wgt, ptr %out, i32 %part, i32 %parts) {
      entry:
        br label %y.head
      y.head:
        %y = phi i32 [ %part, %entry ], [ %y.next, %y.tail ]
        %y.more = icmp slt i32 %y, 5
        br i1 %y.more, label %p.head, label %done
      p.head:
        %p = phi i32 [ 0, %y.head ], [ %p.next, %p.tail ]
        %o = sdiv i32 %p, 5
        %x = srem i32 %p, 5
        br label %t.head
      t.head:
        %t = phi i32 [ 0, %p.head ], [ %t.next, %t.head ]
        %sum = phi i32 [ 0, %p.head ], [ %sum.next, %t.head ]
        %r = sdiv i32 %t, 3
        %s = srem i32 %t, 3
        %iy.padded = add i32 %y, %r
        %iy = sub i32 %iy.padded, 1
        %ix.padded = add i32 %x, %s
        %ix = sub i32 %ix.padded, 1
        %y.in = icmp ult i32 %iy, 5
        %x.in = icmp ult i32 %ix, 5
        %in = and i1 %y.in, %x.in
        %i.row = mul i32 %iy, 5
        %i.in = add i32 %i.row, %ix
        %i = select i1 %in, i32 %i.in, i32 0
        %a.at = getelementptr i8, ptr %act, i32 %i
        %a.u8 = load i8, ptr %a.at
        %a.in = zext i8 %a.u8 to i32
        %a = select i1 %in, i32 %a.in, i32 %AZP%
        %w.row = mul i32 %o, 9
        %w.i = add i32 %w.row, %t
        %w.at = getelementptr i8, ptr %wgt, i32 %w.i
        %w.s8 = load i8, ptr %w.at
        %w = sext i8 %w.s8 to i32
        %product = mul i32 %a, %w
        %ADD%
        %t.next = add i32 %t, 1
        %t.more = icmp slt i32 %t.next, 9
        br i1 %t.more, label %t.head, label %p.tail
      p.tail:
        %out.plane = mul i32 %o, 25
        %out.row = mul i32 %y, 5
        %out.xy = add i32 %out.row, %x
        %out.i = add i32 %out.plane, %out.xy
        %out.at = getelementptr i32, ptr %out, i32 %out.i
        %STORE%
        %p.next = add i32 %p, 1
        %p.more = icmp slt i32 %p.next, 10
        br i1 %p.more, label %p.head, label %y.tail
      y.tail:
        %y.next = add i32 %y, %parts
        br label %y.head
      done:
        %AFTER%
        ret void
      }
      """;

  private static final String PACK =
      """
      target triple = "%TRIPLE%"
      define void @octune_pack_act(ptr %plain, ptr %act) {
        %v = load <25 x i8>, ptr %plain, align 1
        store <25 x i8> %v, ptr %act, align 1
        ret void
      }
      define void @octune_pack_wgt(ptr %plain, ptr %wgt) {
        %v = load <18 x i8>, ptr %plain, align 1
        store <18 x i8> %v, ptr %wgt, align 1
        ret void
      }
      define void @octune_unpack_out(ptr %out, ptr %plain) {
        %v = load <50 x i32>, ptr %out, align 4
        store <50 x i32> %v, ptr %plain, align 4
        ret void
      }
      """;

  private static final String ADD = "%sum.next = add i32 %sum, %product";
  private static final String STORE = "store i32 %sum.next, ptr %out.at";

  static Candidate candidate(Plant plant, Target target) {
    return new Candidate(WORKLOAD, target, schedule(plant));
  }

  private static Schedule schedule(Plant plant) {
    return new Schedule("planted", 1, Map.of("plant", plant.name()));
  }

  @Override
  public String version() {
    return "planted/1";
  }

  @Override
  public Optional<String> uncovered(Workload workload, Target target) {
    return workload.equals(WORKLOAD) ? Optional.empty() : Optional.of("not planted");
  }

  @Override
  public ConfigSpace space(Workload workload, Target target) {
    List<String> plants = Arrays.stream(Plant.values()).map(Plant::name).toList();
    return ConfigSpace.of("planted", 1, List.of(new Knob.Choice("plant", plants)), _ -> true);
  }

  @Override
  public Schedule defaultSchedule(Workload workload, Target target) {
    return schedule(Plant.NONE);
  }

  @Override
  public KernelSource emit(Candidate candidate) {
    Plant plant = Plant.valueOf(candidate.schedule().choice("plant"));
    if (plant == Plant.TEMPLATE_THROWS) {
      throw new IllegalStateException("a template's own fault");
    }
    String triple = candidate.target().arch().llvmTriple();
    String run =
        RUN.replace("%TRIPLE%", triple)
            .replace("%AZP%", plant == Plant.IGNORES_AZP ? "0" : "211")
            .replace("%ADD%", add(plant))
            .replace("%STORE%", store(plant))
            .replace("%AFTER%", after(plant));
    return new KernelSource(
        candidate.target(), run, PACK.replace("%TRIPLE%", triple), "plain", 25, 18, 200);
  }

  @Override
  public String emitStandalone(Candidate candidate, String symbol) {
    throw new UnsupportedOperationException("planted kernels are for this device only");
  }

  @Override
  public List<RoofLoop> roofs(Target target) {
    return KernelLibrary.standard().roofs(target);
  }

  @Override
  public List<String> roofLeaves(Target target) {
    return roofs(target).stream().map(RoofLoop::leaf).toList();
  }

  @Override
  public List<String> leaves(Workload workload, Target target) {
    return List.of();
  }

  private static String add(Plant plant) {
    return plant == Plant.SATURATES
        ? """
          %sum.s16 = trunc i32 %sum to i16
          %product.s16 = trunc i32 %product to i16
          %sat = call i16 @llvm.sadd.sat.i16(i16 %sum.s16, i16 %product.s16)
          %sum.next = sext i16 %sat to i32
        """
        : ADD;
  }

  private static String store(Plant plant) {
    return switch (plant) {
      case WRITES_NOTHING -> "";
      case ACCUMULATES ->
          """
          %old = load i32, ptr %out.at
            %new = add i32 %old, %sum.next
            store i32 %new, ptr %out.at
          """;
      case SKIPS_LAST_ELEMENT ->
          """
          %last = icmp eq i32 %out.i, 49
            %old = load i32, ptr %out.at
            %new = select i1 %last, i32 %old, i32 %sum.next
            store i32 %new, ptr %out.at
          """;
      default -> STORE;
    };
  }

  private static String after(Plant plant) {
    return switch (plant) {
      case WRITES_BEFORE_OUT -> storeByte("out", -4);
      case WRITES_BEHIND_OUT -> storeByte("out", 200);
      case READS_BEHIND_ACT -> loadByte("act", 64);
      case READS_BEFORE_WGT -> loadByte("wgt", -3);
      case CHANGES_ACT -> storeByte("act", 3);
      case WRONG_IN_THREE_PARTS ->
          """
          %three = icmp eq i32 %parts, 3
            %two = icmp eq i32 %part, 2
            %both = and i1 %three, %two
            %was = load i32, ptr %out
            %is = select i1 %both, i32 7, i32 %was
            store i32 %is, ptr %out
          """;
      case STORES_TO_NULL -> "store volatile i32 1, ptr null";
      case TRAPS -> "call void @llvm.trap()";
      case HANGS -> "br label %hang\nhang:\n  br label %hang\nnever:";
      case USES_MUCH_STACK ->
          """
          %bytes = add i32 %parts, 20000
            %stack = alloca i8, i32 %bytes
            store volatile i8 1, ptr %stack
          """;
      case DOES_NOT_COMPILE -> "%nonsense = frobnicate i32 1";
      default -> "";
    };
  }

  private static String storeByte(String buffer, int offset) {
    return "%%at = getelementptr i8, ptr %%%s, i32 %d\n  store volatile i8 1, ptr %%at"
        .formatted(buffer, offset);
  }

  private static String loadByte(String buffer, int offset) {
    return "%%at = getelementptr i8, ptr %%%s, i32 %d\n  %%got = load volatile i8, ptr %%at"
        .formatted(buffer, offset);
  }
}
