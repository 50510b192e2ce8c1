package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.IrModule;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Writes the register loop of a leaf: a tile of positions × vectors without a load. */
record RoofKernel(Leaf leaf, int positions, int vectors) {
  /** Turns of a call: some 100 µs, far above the cost of calling. */
  private static final int TURNS = 10_000;

  /** Tiles written out in a turn, so that the loop itself costs nothing. */
  private static final int TILES_PER_TURN = 4;

  /** More accumulators than this hide no more latency. */
  private static final int MAX_ACCUMULATORS = 12;

  /** Left to the compiler's own moves; a single spill would lower the roof. */
  private static final int FREE_REGISTERS = 1;

  private static final int BUFFER_BYTES = 4096;

  /** The tile of the most accumulators that fits the registers, the squarest of those. */
  static RoofKernel of(Leaf leaf) {
    RoofKernel best = new RoofKernel(leaf, 1, 1);
    for (int positions = 1; positions <= MAX_ACCUMULATORS; positions++) {
      for (int vectors = 1; vectors <= positions; vectors++) {
        RoofKernel tile = new RoofKernel(leaf, positions, vectors);
        if (tile.accumulators() <= MAX_ACCUMULATORS
            && tile.liveRegisters() <= leaf.registers()
            && tile.accumulators() > best.accumulators()) {
          best = tile;
        }
      }
    }
    return best;
  }

  RoofLoop emit(Target target) {
    IrModule module = new IrModule(target);
    module.function(KernelSource.RUN, DirectTemplate.RUN_PARAMS, this::emit);
    long macs = (long) TURNS * TILES_PER_TURN * accumulators() * leaf.macs();
    return new RoofLoop(
        leaf.text(),
        module.text(),
        KernelSource.RUN,
        macs,
        BUFFER_BYTES,
        BUFFER_BYTES,
        BUFFER_BYTES);
  }

  private void emit(Code code) {
    List<Value> act =
        vectors(code, positions * actVectors(), "act", leaf.actPartBytes(), this::loadAct);
    List<Value> wgt =
        vectors(code, vectors * leaf.heldParts(), "wgt", leaf.wgtPartBytes(), leaf::loadWgt);
    List<Value> start = new ArrayList<>();
    for (int i = 0; i < accumulators(); i++) {
      start.add(Value.zero(leaf.accumulator()));
    }
    // The activations go round with the sums: a copy of them would take registers of its own.
    start.addAll(act);
    List<Value> end = code.reduce(TURNS, start, (_, carried) -> turn(code, wgt, carried));
    int bytes = leaf.accumulator().bits() / Byte.SIZE;
    for (int i = 0; i < accumulators(); i++) {
      code.store(end.get(i), code.offset(code.param("out"), (long) i * bytes), bytes);
    }
  }

  private List<Value> turn(Code code, List<Value> wgt, List<Value> carried) {
    List<Value> sums = carried.subList(0, accumulators());
    Held held = new Held(code, carried.subList(accumulators(), carried.size()), wgt);
    for (int tile = 0; tile < TILES_PER_TURN; tile++) {
      sums = leaf.multiplyAdd(code, sums, held);
    }
    List<Value> next = new ArrayList<>(sums);
    next.addAll(held.act);
    return next;
  }

  /** Operands that stay in registers. */
  private final class Held implements Leaf.Tile {
    private final Code code;
    private final List<Value> act;
    private final List<Value> wgt;

    Held(Code code, List<Value> act, List<Value> wgt) {
      this.code = code;
      this.act = new ArrayList<>(act);
      this.wgt = wgt;
    }

    @Override
    public int vectors() {
      return vectors;
    }

    @Override
    public List<Integer> positions() {
      return IntStream.range(0, positions).boxed().toList();
    }

    /** Unknown anew, or LLVM would take the equal products out of the loop. */
    @Override
    public Value act(int position, int part, int plane) {
      int index =
          position * actVectors() + part % leaf.heldParts() * leaf.actForm().planes() + plane;
      Value unknown = code.opaque(act.get(index));
      act.set(index, unknown);
      return unknown;
    }

    @Override
    public Value wgt(int vector, int part) {
      return wgt.get(vector * leaf.heldParts() + part % leaf.heldParts());
    }
  }

  private Value loadAct(Code code, Value address) {
    return leaf.loadAct(code, address, leaf.actPartBytes());
  }

  private interface Load {
    Value from(Code code, Value address);
  }

  private static List<Value> vectors(
      Code code, int count, String parameter, int partBytes, Load load) {
    List<Value> loaded = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      loaded.add(load.from(code, code.offset(code.param(parameter), (long) i * partBytes)));
    }
    return loaded;
  }

  private int accumulators() {
    return positions * vectors;
  }

  /** Vectors that hold one position's activations. */
  private int actVectors() {
    return leaf.heldParts() * leaf.actForm().planes();
  }

  private int liveRegisters() {
    return leaf.liveRegisters(positions, vectors)
        + (positions - 1) * actVectors() * leaf.registersPerVector()
        + FREE_REGISTERS;
  }
}
