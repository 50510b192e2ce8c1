package dev.octune.kernels.features;

import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Output;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The features of one schedule, in the order of a row. NaN means that the template has no such
 * knob. {@code log} is log2; {@code is} is 1 for yes, 0 for no; words of a choice that are not
 * named here count on behind those that are. A change of any of them raises {@link
 * Features#VERSION}.
 */
@SuppressWarnings("ImmutableEnumChecker") // the functions capture nothing
public enum Feature {
  // Of the workload: constant within a task, they tell tasks of a shared model apart.

  /** Operator, one of four. */
  IS_CONV(p -> is(p.workload() instanceof Conv2d)),
  IS_DEPTHWISE(p -> is(p.workload() instanceof DepthwiseConv2d)),
  IS_DENSE(p -> is(p.workload() instanceof Dense)),
  IS_BATCH_MATMUL(p -> is(p.workload() instanceof BatchMatmul)),
  /** Images, groups or matrices. */
  LOG_BATCHES(p -> log(p.nest().batches())),
  /** Channels that meet in one output: ic / groups, k; 1 for depthwise. */
  LOG_REDUCE_CHANNELS(p -> log(p.nest().reduceChannels())),
  /** Output channels: oc, n, c·m. */
  LOG_OUT_CHANNELS(p -> log(p.nest().outChannels())),
  /** Output rows as the kernel walks them: 1 where pointwise. */
  LOG_ROWS(p -> log(p.nest().rows())),
  /** Output columns as the kernel walks them: oh·ow where pointwise, m for products. */
  LOG_COLUMNS(p -> log(p.nest().columns())),
  /** kh·kw. */
  LOG_TAPS(p -> log(p.nest().taps())),
  /** Input columns from one output to the next. */
  LOG_STRIDE(p -> log(p.nest().strideW())),
  /** Nominal multiply-adds. */
  LOG_MACS(p -> log((double) p.workload().macs())),
  /** Bytes of the plain activations. */
  LOG_ACT_BYTES(p -> log((double) p.workload().actElements())),
  /** Bytes of the plain weights. */
  LOG_WGT_BYTES(p -> log((double) p.workload().wgtElements())),
  /** Bytes of the plain output. */
  LOG_OUT_BYTES(p -> log((double) p.workload().outBytes())),
  /** Roundings of an output: 0 for sums, 1, or 2 as gemmlowp. */
  ROUNDINGS(p -> roundings(p.workload().numerics().out())),
  /** Largest activation: 255, 127. */
  ACT_MAX(p -> p.workload().numerics().act().max()),
  /** Largest weight by absolute value, zero point taken off. */
  WGT_MAX(p -> Math.max(-p.workload().numerics().minWeight(), p.workload().numerics().maxWeight())),

  // Of the target.

  VECTOR_BITS(p -> p.target().isa().vectorBits()),
  LOG_THREADS(p -> log(p.target().threads())),

  // Of the leaf.

  /** Its place among the space's leaves. */
  LEAF_INDEX(Point::leafIndex),
  /** 32-bit sums of a vector. */
  LEAF_LANES(p -> p.leaf().lanes()),
  /** Reduce channels that meet in one lane of one operation. */
  LEAF_CHANNELS(p -> p.leaf().channels()),
  /** Bytes of a packed activation. */
  LEAF_ACT_BYTES(p -> p.leaf().actBytes()),
  /** Bytes of a packed weight. */
  LEAF_WGT_BYTES(p -> p.leaf().wgtBytes()),

  // Knobs by name.

  /** ic_block: input channels of a packed block. */
  LOG_IC_BLOCK(p -> log(p.icBlock())),
  /** oc_vectors or vectors: vectors of output channels computed together. */
  OC_VECTORS(Point::ocVectors),
  /** block_vectors: vectors of a packed block; oc_vectors where there is no such knob. */
  BLOCK_VECTORS(Point::blockVectors),
  /** ow_tile: columns of the register tile. */
  OW_TILE(Point::owTile),
  /** oh_tile: rows of the register tile. */
  OH_TILE(Point::ohTile),
  /** strip: columns finished for one block of channels before the next. */
  LOG_STRIP(p -> log(p.strip())),
  /** unroll: operations over reduce channels written out in the body. */
  LOG_UNROLL(p -> log(p.unroll())),
  /** taps: those of a row are loop (0), unrolled (1), looped (2, depthwise). */
  TAPS(Point::taps),
  /** reduce: channels (0) or taps (1) are the outer loop. */
  REDUCE(Point::reduce),
  /** order: blocks of output channels (0) or rows (1) are the outer loop. */
  ORDER(Point::order),
  /** border: outside of the input is packed (0), its rows (1) or all its taps (2) are skipped. */
  BORDER(Point::border),
  /** weights: streamed (0) or held in registers across a tile (1). */
  WEIGHTS(Point::weights),
  /** lanes: a vector holds channels (0) or the multipliers of one channel (1). */
  LANES(Point::lanes),
  /** Knobs of no known name, in the space's order: log of a size, index of a choice. */
  OTHER_0(p -> p.others().get(0)),
  OTHER_1(p -> p.others().get(1)),
  OTHER_2(p -> p.others().get(2)),
  OTHER_3(p -> p.others().get(3)),
  OTHER_4(p -> p.others().get(4)),
  OTHER_5(p -> p.others().get(5)),
  OTHER_6(p -> p.others().get(6)),
  OTHER_7(p -> p.others().get(7)),

  // What follows from them.

  /** Vectors of sums that the register tile holds. */
  ACCUMULATORS(Point::accumulators),
  /** Registers that the innermost body leaves; negative where it must spill. */
  REGISTERS_FREE(Point::registersFree),
  /** Loads for each multiply-add of a vector. */
  LOADS_PER_MULTIPLY_ADD(Point::loadsPerMultiplyAdd),
  /** Multiply-adds of vectors in the innermost body. */
  LOG_BODY_OPERATIONS(p -> log(p.bodyOperations())),
  /** Columns computed over columns wanted: 1 where the tiles divide them. */
  COLUMN_COVER(Point::columnCover),
  /** The same for rows. */
  ROW_COVER(Point::rowCover),
  /** The same for output channels. */
  OUT_CHANNEL_COVER(Point::outChannelCover),
  /** The same for reduce channels. */
  REDUCE_COVER(Point::reduceCover),
  /** Turns of the innermost loop for one tile. */
  LOG_BODIES_OF_TILE(p -> log(p.bodiesOfTile())),
  /** Register tiles of the whole kernel. */
  LOG_TILES(p -> log(p.tiles())),
  /** Weights that one tile reads. */
  LOG_WEIGHT_BLOCK_BYTES(p -> log(p.weightBlockBytes())),
  /** Activations that one tile reads. */
  LOG_TILE_ACT_BYTES(p -> log(p.tileActivationBytes())),
  /** Activations that one strip reads. */
  LOG_STRIP_ACT_BYTES(p -> log(p.stripActivationBytes())),
  /** What is read between two uses of the same data: against 32 KiB, 512 KiB of cache. */
  LOG_REUSE_BYTES(p -> log(p.reuseBytes())),
  /** A rough guess of the time, from the other features. */
  LOG_CYCLES_PER_MAC(p -> log(p.cyclesPerMac()));

  /** Knobs of no known name that a row has room for; more of them are left out. */
  static final int OTHERS = 8;

  private final ToDoubleFunction<Point> value;

  Feature(ToDoubleFunction<Point> value) {
    this.value = value;
  }

  /** Features of a row. */
  public static int count() {
    return COUNT;
  }

  private static final int COUNT = values().length;

  /** Its place in a row. */
  @SuppressWarnings("EnumOrdinal") // a row's order is this enum's order, pinned by a test
  public int column() {
    return ordinal();
  }

  /** As it stands in documents and golden files. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  float of(Point point) {
    return (float) value.applyAsDouble(point);
  }

  private static double roundings(Output out) {
    return out.isRequantized() ? out.roundsOnce() ? 1 : 2 : 0;
  }

  private static double is(boolean yes) {
    return yes ? 1 : 0;
  }

  private static double log(double value) {
    return Math.log(value) / Math.log(2);
  }
}
