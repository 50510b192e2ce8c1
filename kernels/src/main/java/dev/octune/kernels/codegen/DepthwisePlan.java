package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.space.Schedule;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * One depthwise convolution under one schedule: where everything lies, and which taps meet which
 * rows.
 *
 * <p>Lanes are either input channels, each with its own weights (the multiplier j then runs over
 * whole vectors), or the multipliers of a single input channel, whose activations every lane
 * shares. A <em>plane</em> is what activations are stored by: a block of channels, or one channel.
 * Layouts, in elements:
 *
 * <pre>
 * act u8  [n, planes, rows, columns, planeChannels] + SLACK_BYTES
 * wgt     [blocks, (s32 [vectors, lanes] starts,) slots, other taps, vectors, lanes, tapsOfPart]
 * out s32 [n, blocks, oh, ow, vectors, lanes]
 * </pre>
 *
 * <p>Where the output is requantized, out is u8 or s8, and a block of weights begins with the
 * constants [vectors] of {@link Requantizer} and s32 [vectors, lanes] Σ w instead of starts.
 *
 * <p>Taps are eaten in groups along one axis (rows for lanes of channels, columns for lanes of
 * multipliers); a <em>slot</em> is one operand's worth of taps on that axis, and the other axis'
 * taps follow one by one. Not thread-safe.
 */
final class DepthwisePlan {
  static final String LEAF = "leaf";
  static final String LANES = "lanes";
  static final String BLOCK_VECTORS = "block_vectors";
  static final String VECTORS = "vectors";
  static final String OH_TILE = "oh_tile";
  static final String OW_TILE = "ow_tile";
  static final String WEIGHTS = "weights";
  static final String TAPS = "taps";
  static final String CODES = "codes";

  static final String LANES_CHANNELS = "channels";
  static final String LANES_MULTIPLIERS = "multipliers";
  static final String WEIGHTS_HELD = "held";
  static final String WEIGHTS_STREAMED = "streamed";
  static final String TAPS_UNROLLED = "unrolled";
  static final String TAPS_LOOPED = "looped";
  static final String CODES_SINGLE = "single";
  static final String CODES_JOINED = "joined";

  /** A tap that is not there: its weight is zero. */
  static final int NO_TAP = -1;

  /** Turns u8 codes into s8 values. */
  private static final int SIGN_OFFSET = 128;

  private static final int LINE_BYTES = 64;

  /** A group along columns may read past the last column. */
  static final int SLACK_BYTES = 4;

  final DepthwiseConv2d conv;
  final Window window;
  final DepthwiseLeaf leaf;
  final boolean overChannels;
  final boolean held;
  final boolean looped;

  /** Codes of all vectors computed together are narrowed and stored as one. */
  final boolean joined;

  final int lanes;

  /** Vectors of a block, and how many of them are computed together. */
  final int vectors;

  final int together;
  final int ohTile;
  final int owTile;

  /** Input rows and columns that are stored, padding among them. */
  final int rows;

  final int columns;

  /** What makes codes of sums; empty where sums are the output. */
  final Optional<Requantizer> requantizer;

  /** Found when first asked for: a space asks most of its points for nothing. */
  private List<Integer> tileRows = List.of();

  private Map<List<Integer>, Integer> slots = Map.of();

  DepthwisePlan(DepthwiseConv2d conv, Isa isa, Schedule at) {
    this.conv = conv;
    this.window = conv.window();
    this.leaf = DepthwiseLeaf.of(at.choice(LEAF));
    this.lanes = leaf.lanes(isa);
    this.overChannels = at.choice(LANES).equals(LANES_CHANNELS);
    this.held = at.choice(WEIGHTS).equals(WEIGHTS_HELD);
    this.looped = at.choice(TAPS).equals(TAPS_LOOPED);
    this.joined = CODES_JOINED.equals(at.values().get(CODES));
    this.vectors = at.size(BLOCK_VECTORS);
    this.together = at.size(VECTORS);
    this.ohTile = at.size(OH_TILE);
    this.owTile = at.size(OW_TILE);
    this.rows = (window.oh() - 1) * window.strideH() + (window.kh() - 1) * window.dilationH() + 1;
    this.requantizer = Requantizer.of(conv.numerics().out(), lanes, isa.arch());
    this.columns =
        (window.ow() - 1) * window.strideW() + (window.kw() - 1) * window.dilationW() + 1;
  }

  // ---- blocks and planes

  /** Output channels of a block. */
  int blockLanes() {
    return vectors * lanes;
  }

  /** Blocks of one multiplier (lanes are channels) or of one channel (lanes are multipliers). */
  private int blocksAcross() {
    return Math.ceilDiv(overChannels ? conv.c() : conv.m(), blockLanes());
  }

  int blocks() {
    return blocksAcross() * (overChannels ? conv.m() : conv.c());
  }

  int planes() {
    return overChannels ? blocksAcross() : conv.c();
  }

  int planeChannels() {
    return overChannels ? blockLanes() : 1;
  }

  /** Consecutive blocks that read one plane. */
  int blocksOfPlane() {
    return overChannels ? conv.m() : blocksAcross();
  }

  /**
   * True where two rounds of interleaving within 128-bit parts make the groups, which leaves the
   * channels of a block in another order: vector v holds in its part p the channels 16p + 4v … +3.
   */
  boolean interleavedLanes() {
    return overChannels && leaf.group() == 4 && vectors == 4;
  }

  // ---- taps

  int groupedTaps() {
    return overChannels ? window.kh() : window.kw();
  }

  int otherTaps() {
    return overChannels ? window.kw() : window.kh();
  }

  /** Groups of taps where every output position has its own, as in loops. */
  int alignedGroups() {
    return Math.ceilDiv(groupedTaps(), leaf.group());
  }

  /** Distinct input rows of an output tile, counted from its first one. */
  List<Integer> tileRows() {
    if (tileRows.isEmpty()) {
      tileRows = positions(ohTile, window.strideH(), window.kh(), window.dilationH());
    }
    return tileRows;
  }

  /** Distinct input columns of an output tile, counted from its first one. */
  List<Integer> tileColumns() {
    return positions(owTile, window.strideW(), window.kw(), window.dilationW());
  }

  private static List<Integer> positions(int outputs, int stride, int taps, int dilation) {
    TreeSet<Integer> positions = new TreeSet<>();
    for (int output = 0; output < outputs; output++) {
      for (int tap = 0; tap < taps; tap++) {
        positions.add(output * stride + tap * dilation);
      }
    }
    return List.copyOf(positions);
  }

  /** Rows of a group, counted from the tile's first one; fewer in the last group. */
  List<Integer> groupRows(int group) {
    List<Integer> all = tileRows();
    return all.subList(group * leaf.group(), Math.min((group + 1) * leaf.group(), all.size()));
  }

  int rowGroups() {
    return Math.ceilDiv(tileRows().size(), leaf.group());
  }

  /** The kernel rows that output row y has in one part of a group of input rows. */
  List<Integer> tapsOf(int y, int group, int part) {
    List<Integer> rowsOfGroup = groupRows(group);
    return leaf.parts().get(part).stream()
        .map(
            i -> i < rowsOfGroup.size() ? tapAt(rowsOfGroup.get(i) - y * window.strideH()) : NO_TAP)
        .toList();
  }

  private int tapAt(int row) {
    boolean isTap =
        row >= 0 && row % window.dilationH() == 0 && row / window.dilationH() < window.kh();
    return isTap ? row / window.dilationH() : NO_TAP;
  }

  /** Taps of an aligned group's part: consecutive ones. */
  List<Integer> alignedTaps(int group, int part) {
    return leaf.parts().get(part).stream()
        .map(i -> group * leaf.group() + i)
        .map(tap -> tap < groupedTaps() ? tap : NO_TAP)
        .toList();
  }

  static boolean isEmpty(List<Integer> taps) {
    return taps.stream().allMatch(tap -> tap == NO_TAP);
  }

  /**
   * The distinct operands of weights and their numbers. Loops number them by group and part; a tile
   * of several rows has one for each way a group of rows meets the kernel.
   */
  Map<List<Integer>, Integer> slots() {
    if (slots.isEmpty()) {
      slots = numberedSlots();
    }
    return slots;
  }

  private Map<List<Integer>, Integer> numberedSlots() {
    Map<List<Integer>, Integer> numbered = new LinkedHashMap<>();
    if (overChannels) {
      for (int y = 0; y < ohTile; y++) {
        for (int group = 0; group < rowGroups(); group++) {
          for (int part = 0; part < leaf.parts().size(); part++) {
            addSlot(numbered, tapsOf(y, group, part));
          }
        }
      }
    } else {
      for (int group = 0; group < alignedGroups(); group++) {
        for (int part = 0; part < leaf.parts().size(); part++) {
          addSlot(numbered, alignedTaps(group, part));
        }
      }
    }
    return Collections.unmodifiableMap(numbered);
  }

  private static void addSlot(Map<List<Integer>, Integer> slots, List<Integer> taps) {
    if (!isEmpty(taps)) {
      slots.putIfAbsent(taps, slots.size());
    }
  }

  int slotCount() {
    return looped ? alignedGroups() * leaf.parts().size() : slots().size();
  }

  // ---- bytes

  /** Bytes of the weights of one vector in one operand. */
  int weightVectorBytes() {
    return lanes * leaf.tapsOfPart() * leaf.weightBytes();
  }

  /** Bytes of constants in front of a block's weights. */
  private long constantsBytes() {
    return requantizer.map(r -> vectors * r.blockBytes()).orElse(0L);
  }

  /** Offset of a vector's constants in its block. */
  Value constants(Code code, Value block, Value vector) {
    return code.offset(
        block, code.mul(vector, requantizer.map(Requantizer::blockBytes).orElse(0L)));
  }

  /** Offset of the sums of weights, or of the sums' starts, in a block. */
  long sumsOffset() {
    return constantsBytes();
  }

  /** True where a block holds the sum of each channel's weights. */
  boolean keepsSums() {
    return leaf.signedActivations() || requantizer.isPresent();
  }

  /** What packed activations are stored less. */
  int actOffset() {
    return leaf.signedActivations() ? SIGN_OFFSET : 0;
  }

  /** Bytes in front of a block's weights. */
  long startBytes() {
    return aligned(constantsBytes() + (keepsSums() ? blockLanes() * Integer.BYTES : 0));
  }

  /** Constants want blocks to begin at a cache line. */
  private long aligned(long bytes) {
    return requantizer.isPresent() ? Math.ceilDiv(bytes, LINE_BYTES) * (long) LINE_BYTES : bytes;
  }

  /** Bytes of one output. */
  int outElementBytes() {
    return conv.numerics().out().bytes();
  }

  /** Offset of an operand's weights in its block. */
  long weightOffset(int slot, int other, int vector) {
    return startBytes()
        + ((long) (slot * otherTaps() + other) * vectors + vector) * weightVectorBytes();
  }

  long blockWeightBytes() {
    return aligned(startBytes() + (long) slotCount() * otherTaps() * vectors * weightVectorBytes());
  }

  long rowBytes() {
    return (long) columns * planeChannels();
  }

  long actBytes() {
    return Math.multiplyExact(
            Math.multiplyExact((long) conv.n() * planes(), (long) rows), rowBytes())
        + SLACK_BYTES;
  }

  long wgtBytes() {
    return blocks() * blockWeightBytes();
  }

  long outBytes() {
    return (long) conv.n()
        * blocks()
        * window.oh()
        * window.ow()
        * blockLanes()
        * outElementBytes();
  }

  /** Everything that packing depends on besides workload and target. */
  String layout() {
    List<String> slotTexts = new ArrayList<>();
    if (!looped) {
      slots().keySet().forEach(taps -> slotTexts.add(taps.toString().replace(" ", "")));
    }
    return "%s %s vectors=%d lanes=%d group=%d part=%d bytes=%d slots=%s"
        .formatted(
            overChannels ? LANES_CHANNELS : LANES_MULTIPLIERS,
            leaf.signedActivations() ? "signed" : "unsigned",
            vectors,
            lanes,
            leaf.group(),
            leaf.tapsOfPart(),
            leaf.weightBytes(),
            looped ? leaf.parts() + "×" + alignedGroups() : String.join(";", slotTexts));
  }

  /** Passes over a tile until all vectors of the block are computed. */
  int rounds() {
    return vectors / together;
  }

  /** Vectors of weights of a tile whose weights are held. */
  int heldVectors() {
    return slots().size() * otherTaps() * together;
  }

  /** multiplyAdds of all tiles that are written out, each vector of the block once. */
  long unrolledOperations() {
    long groups = overChannels ? rowGroups() : alignedGroups();
    return groups * leaf.parts().size() * otherTaps() * ohTile * owTile * vectors;
  }
}
