package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Type;
import dev.octune.kernels.workload.Window;
import java.util.Optional;

/**
 * How a contraction's operands stand in their packed buffers.
 *
 * <pre>
 * act  actElement[batches, icBlocks, rows, columns, icBlock]
 * wgt  wgtElement[wgtBatches, ocBlocks, icBlocks, kh, kw, icBlock / dot, ocBlock, dot]
 *      and, where offset ≠ 0, behind it s32[wgtBatches, ocBlocks, ocBlock]: offset · Σ w
 * out  s32[batches, ocBlocks, oh, ow, ocBlock]
 * </pre>
 *
 * Where the output is requantized, out is u8 or s8, and behind the weights stand the constants
 * [wgtBatches, ocBlocks, vectors] of {@link Requantizer} and then, whatever the offset,
 * s32[wgtBatches, ocBlocks, ocBlock]: Σ w.
 *
 * <p>With {@code flat} the taps of a row and the channels are one run of kw · ic neighbours, padded
 * to icBlock: act is actElement[batches, rows, columns, ic] with some slack behind, wgt is
 * wgtElement[wgtBatches, ocBlocks, kh, icBlock / dot, ocBlock, dot].
 *
 * <p>Where {@code actForm} cuts activations, a column holds icBlock channels of the first plane,
 * then icBlock of the second; such a layout is never flat, and offset is 0.
 *
 * <p>With {@code transformed} the 16 points of a {@link WinogradLeaf} stand in the place of the
 * window's taps.
 *
 * <p>Activations are stored less {@code offset}, positions outside the input as azp − offset;
 * weights less wzp. Channels beyond ic have zero weights, so their activations may hold anything;
 * channels beyond oc are computed and dropped on unpacking. Buffers are rounded up to {@link
 * #ALIGN_BYTES}.
 *
 * @param actForm how activations are cut
 * @param dot neighbouring input channels of one output channel that stand side by side
 * @param offset what is subtracted from activations
 * @param icBlock input channels of a block, a multiple of dot
 * @param ocBlock output channels of a block
 * @param flat true where the taps of a row and their channels are one run
 * @param transformed true where a filter is packed as Winograd's points
 * @param listing where weights of a block of output channels stand in lists, as {@link
 *     ListedWeights} says; it may also reorder the input channels of both operands
 * @param requantizer what makes codes of sums; empty where sums are the output
 */
record PackedLayout(
    Contraction conv,
    Type.Int actElement,
    ActForm actForm,
    Type.Int wgtElement,
    int dot,
    int offset,
    int icBlock,
    int ocBlock,
    Border border,
    boolean flat,
    boolean transformed,
    Optional<Listing> listing,
    Optional<Requantizer> requantizer) {
  /** A cache line; buffers start and end on one. */
  static final int ALIGN_BYTES = 64;

  /** Bytes of an s32. */
  static final int SUM_BYTES = 4;

  int icBlocks() {
    return flat ? 1 : ceilDiv(conv.ic(), icBlock);
  }

  /** Channels of one column that stand side by side. */
  int columnChannels() {
    return flat ? conv.ic() : icBlock;
  }

  /** Taps of a row that have weights of their own: a flat row is one tap. */
  int rowTaps() {
    return flat ? 1 : conv.window().kw();
  }

  int ocBlocks() {
    return ceilDiv(conv.oc(), ocBlock);
  }

  /** Rows of the window above row 0 of the packed activations. */
  int top() {
    return border == Border.PACKED ? conv.window().pad().top() : 0;
  }

  /** Columns of the window left of column 0 of the packed activations. */
  int left() {
    return border == Border.TAPS_SKIPPED ? 0 : conv.window().pad().left();
  }

  /** Packed rows: those that some tap reads. */
  int rows() {
    Window w = conv.window();
    return border == Border.PACKED
        ? (w.oh() - 1) * w.strideH() + (w.kh() - 1) * w.dilationH() + 1
        : w.ih();
  }

  /** Packed columns: those that some tap reads. */
  int columns() {
    Window w = conv.window();
    return border == Border.TAPS_SKIPPED
        ? w.iw()
        : (w.ow() - 1) * w.strideW() + (w.kw() - 1) * w.dilationW() + 1;
  }

  /** True where packed activations hold positions or channels that the plain ones don't. */
  boolean hasFilling() {
    Window w = conv.window();
    return conv.ic() % columnChannels() != 0
        || top() > 0
        || left() > 0
        || rows() > top() + w.ih()
        || columns() > left() + w.iw();
  }

  int actElementBytes() {
    return actElement.bits() / Byte.SIZE;
  }

  int wgtElementBytes() {
    return wgtElement.bits() / Byte.SIZE;
  }

  /** From one plane of a column's channels to the next. */
  long actPlaneBytes() {
    return (long) columnChannels() * actElementBytes();
  }

  /** From one position to the next in its row. */
  long actColumnBytes() {
    return actForm.planes() * actPlaneBytes();
  }

  /** What the address of a part of activations is a multiple of. */
  int actAlignBytes() {
    return (flat ? 1 : dot) * actElementBytes();
  }

  long actRowBytes() {
    return columns() * actColumnBytes();
  }

  /** From one block of input channels to the next. */
  long actBlockBytes() {
    return rows() * actRowBytes();
  }

  long actBatchBytes() {
    return icBlocks() * actBlockBytes();
  }

  long actBytes() {
    // The last run of a flat row reads on over its padding.
    int slack = flat ? icBlock - conv.window().kw() * conv.ic() : 0;
    return aligned(conv.batches() * actBatchBytes() + (long) slack * actElementBytes());
  }

  /** One part's weights of a whole block of output channels. */
  long wgtPartBytes() {
    return (long) ocBlock * dot * wgtElementBytes();
  }

  /** From one tap to the next. */
  long wgtTapBytes() {
    return icBlock / dot * wgtPartBytes();
  }

  /** From one block of input channels to the next. */
  long wgtIcBlockBytes() {
    int taps = transformed ? WinogradLeaf.POINTS : conv.window().kh() * rowTaps();
    return taps * wgtTapBytes();
  }

  /** From one block of output channels to the next. */
  long wgtOcBlockBytes() {
    return lists().map(ListedWeights::blockBytes).orElse(icBlocks() * wgtIcBlockBytes());
  }

  /** Where weights stand in lists: how. */
  Optional<ListedWeights> lists() {
    return listing.map(_ -> new ListedWeights(this));
  }

  long wgtSetBytes() {
    return ocBlocks() * wgtOcBlockBytes();
  }

  /** Where the constants of requantizing stand in the weight buffer. */
  long constantsOffsetBytes() {
    long planning = lists().map(ListedWeights::planningBytes).orElse(0L);
    return aligned(conv.wgtBatches() * wgtSetBytes() + planning);
  }

  /** The constants of one vector of output channels; 0 where nothing is requantized. */
  long constantsVectorBytes() {
    return requantizer.map(Requantizer::blockBytes).orElse(0L);
  }

  /** From one block of output channels to the next. */
  long constantsBlockBytes() {
    return requantizer.map(r -> ocBlock / r.lanes() * r.blockBytes()).orElse(0L);
  }

  long constantsSetBytes() {
    return ocBlocks() * constantsBlockBytes();
  }

  /** Where the sums of weights stand in the weight buffer. */
  long sumsOffsetBytes() {
    return constantsOffsetBytes() + conv.wgtBatches() * constantsSetBytes();
  }

  long sumsSetBytes() {
    return (long) ocBlocks() * ocBlock * SUM_BYTES;
  }

  /** True where sums of weights are kept. */
  boolean keepsSums() {
    return offset != 0 || requantizer.isPresent();
  }

  long wgtBytes() {
    return keepsSums()
        ? aligned(sumsOffsetBytes() + conv.wgtBatches() * sumsSetBytes())
        : sumsOffsetBytes();
  }

  /** Bytes of one output. */
  int outElementBytes() {
    return conv.numerics().out().bytes();
  }

  long outColumnBytes() {
    return (long) ocBlock * outElementBytes();
  }

  long outRowBytes() {
    return conv.window().ow() * outColumnBytes();
  }

  long outBlockBytes() {
    return conv.window().oh() * outRowBytes();
  }

  long outBatchBytes() {
    return ocBlocks() * outBlockBytes();
  }

  long outBytes() {
    return aligned(conv.batches() * outBatchBytes());
  }

  /** Says everything that packing code depends on besides the contraction. */
  String text() {
    return "act=%s wgt=%s dot=%d offset=%d ic_block=%d oc_block=%d border=%s flat=%s%s"
        .formatted(
            actElement.text(),
            wgtElement.text(),
            dot,
            offset,
            icBlock,
            ocBlock,
            border.text(),
            flat,
            (actForm == ActForm.WHOLE ? "" : " act_form=nibbles")
                + (transformed ? " winograd" : "")
                + listing.map(lists -> " " + lists.text()).orElse("")
                + requantizer.map(r -> " " + r.text()).orElse(""));
  }

  static int ceilDiv(int count, int size) {
    return Math.ceilDiv(count, size);
  }

  /** Rounded up to {@link #ALIGN_BYTES}. */
  static long aligned(long bytes) {
    return Math.ceilDiv(bytes, ALIGN_BYTES) * (long) ALIGN_BYTES;
  }
}
