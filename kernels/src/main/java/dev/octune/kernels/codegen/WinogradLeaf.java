package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Words multiplied as {@link PairLeaf} does, but between transformed operands: Winograd's F(2×2,
 * 3×3) makes four outputs of a 3×3 window with 16 multiplications instead of 36 (Lavin and Gray,
 * Fast Algorithms for Convolutional Neural Networks, 2015).
 *
 * <p>Exact in integers: activations d are transformed to Bᵀ d B, whose elements are sums of four
 * activations with signs, |v| ≤ 4 · 255; weights g to 4 · G g Gᵀ, integers with |u| ≤ 9 · max |w|.
 * Both fit int16. Sums are four times the outputs modulo 2^32, so that an arithmetic shift gives
 * the output where 4 · 9 · channels · 255 · max |w| &lt; 2^31, which {@link #serves} asks for.
 *
 * @param threads that share a kernel
 */
record WinogradLeaf(PairLeaf words, int threads) implements Leaf {
  /** Outputs of a tile along each side. */
  static final int OUTPUTS = 2;

  /** Inputs of a tile along each side. */
  static final int INPUTS = 4;

  /** Products of a tile. */
  static final int POINTS = INPUTS * INPUTS;

  private static final int TAPS = 3;

  /** Multiplications of a tile's outputs without the transform. */
  private static final int PLAIN_PRODUCTS = OUTPUTS * OUTPUTS * TAPS * TAPS;

  private static final int MAX_ACTIVATION = 255;

  /** The largest sum of weights' magnitudes that a transformed weight holds. */
  private static final int WEIGHTS_SUMMED = 9;

  /** Made of the widest word leaf that is there; empty where the contraction has none. */
  static Optional<Leaf> of(Contraction conv, List<Leaf> leaves, int threads) {
    return serves(conv)
        ? all(leaves, threads).filter(leaf -> conv.ic() >= 2 * leaf.lanes()).findFirst()
        : Optional.empty();
  }

  /** One for each word leaf, the widest first. */
  static Stream<Leaf> all(List<Leaf> leaves, int threads) {
    return leaves.stream()
        .filter(PairLeaf.class::isInstance)
        .map(PairLeaf.class::cast)
        .filter(leaf -> leaf.wgtElement().equals(Type.I16))
        .map(leaf -> new WinogradLeaf(leaf, threads));
  }

  private static boolean serves(Contraction conv) {
    Window w = conv.window();
    long maxWeight = conv.numerics().wgt().signed() ? 128 : 255;
    long bound = 4L * WEIGHTS_SUMMED * conv.ic() * MAX_ACTIVATION * maxWeight;
    return w.kh() == TAPS
        && w.kw() == TAPS
        && w.strideH() == 1
        && w.strideW() == 1
        && w.dilationH() == 1
        && w.dilationW() == 1
        && w.oh() >= OUTPUTS
        && w.ow() >= OUTPUTS
        && bound < 1L << 31;
  }

  /** 4 · G g Gᵀ of the taps g of a filter, row by row: i32 each. */
  static List<Value> weightPoints(Code code, List<List<Value>> filter) {
    List<List<Value>> rows = filter.stream().map(row -> doubled(code, row)).toList();
    List<List<Value>> columns = new ArrayList<>();
    for (int column = 0; column < INPUTS; column++) {
      int x = column;
      columns.add(doubled(code, rows.stream().map(row -> row.get(x)).toList()));
    }
    List<Value> points = new ArrayList<>();
    for (int y = 0; y < INPUTS; y++) {
      for (int x = 0; x < INPUTS; x++) {
        points.add(columns.get(x).get(y));
      }
    }
    return points;
  }

  /** 2 G of three weights. */
  private static List<Value> doubled(Code code, List<Value> g) {
    Value ends = code.add(g.get(0), g.get(2));
    return List.of(
        code.add(g.get(0), g.get(0)),
        code.add(ends, g.get(1)),
        code.sub(ends, g.get(1)),
        code.add(g.get(2), g.get(2)));
  }

  @Override
  public String text() {
    return words.text().replace("_s16", "_winograd");
  }

  @Override
  public Isa isa() {
    return words.isa();
  }

  @Override
  public boolean exactFor(Numerics numerics) {
    return words.exactFor(numerics);
  }

  @Override
  public int outputsOfSum() {
    return OUTPUTS;
  }

  @Override
  public int lanes() {
    return words.lanes();
  }

  @Override
  public int dot() {
    return words.dot();
  }

  @Override
  public int depth() {
    return words.depth();
  }

  @Override
  public Type.Int actElement() {
    return words.actElement();
  }

  @Override
  public Type.Int wgtElement() {
    return words.wgtElement();
  }

  /** As many as the outputs are worth without the transform. */
  @Override
  public int macs() {
    return words.macs() * PLAIN_PRODUCTS / POINTS;
  }

  @Override
  public int actOffset() {
    return words.actOffset();
  }

  @Override
  public int registers() {
    return words.registers();
  }

  @Override
  public int registersPerVector() {
    return words.registersPerVector();
  }

  @Override
  public int scratch() {
    return words.scratch();
  }

  @Override
  public double cycles() {
    return words.cycles();
  }

  @Override
  public Value loadAct(Code code, Value address, int alignBytes) {
    return words.loadAct(code, address, alignBytes);
  }

  @Override
  public Value loadWgt(Code code, Value address) {
    return words.loadWgt(code, address);
  }

  @Override
  public Value multiplyAdd(Code code, Value accumulator, List<Value> act, List<Value> wgt) {
    return words.multiplyAdd(code, accumulator, act, wgt);
  }
}
