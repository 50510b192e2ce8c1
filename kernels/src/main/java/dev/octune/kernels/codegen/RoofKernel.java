package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.IrModule;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Target;
import java.util.ArrayList;
import java.util.List;

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
    List<List<Value>> act = new ArrayList<>();
    for (int position = 0; position < positions; position++) {
      act.add(parts(code, position, code.param("act"), leaf.actPartBytes(), this::loadAct));
    }
    List<List<Value>> wgt = new ArrayList<>();
    for (int vector = 0; vector < vectors; vector++) {
      wgt.add(parts(code, vector, code.param("wgt"), leaf.wgtPartBytes(), leaf::loadWgt));
    }
    List<Value> zeros = new ArrayList<>();
    for (int i = 0; i < accumulators(); i++) {
      zeros.add(Value.zero(leaf.accumulator()));
    }
    // The activations go round with the sums: a copy of them would take registers of its own.
    List<Value> start = new ArrayList<>(zeros);
    act.forEach(start::addAll);
    List<Value> end = code.reduce(TURNS, start, (_, carried) -> turn(code, wgt, carried));
    List<Value> sums = end.subList(0, accumulators());
    int bytes = leaf.accumulator().bits() / Byte.SIZE;
    for (int i = 0; i < sums.size(); i++) {
      code.store(sums.get(i), code.offset(code.param("out"), (long) i * bytes), bytes);
    }
  }

  private List<Value> turn(Code code, List<List<Value>> wgt, List<Value> carried) {
    List<Value> values = new ArrayList<>(carried);
    for (int tile = 0; tile < TILES_PER_TURN; tile++) {
      for (int position = 0; position < positions; position++) {
        int from = accumulators() + position * leaf.depth();
        List<Value> act = values.subList(from, from + leaf.depth());
        // Unknown anew, or LLVM would take the equal products out of the loop.
        act.replaceAll(code::opaque);
        for (int vector = 0; vector < vectors; vector++) {
          int sum = position * vectors + vector;
          values.set(
              sum, leaf.multiplyAdd(code, values.get(sum), List.copyOf(act), wgt.get(vector)));
        }
      }
    }
    return values;
  }

  private Value loadAct(Code code, Value address) {
    return leaf.loadAct(code, address, leaf.actPartBytes());
  }

  private interface Load {
    Value from(Code code, Value address);
  }

  private List<Value> parts(Code code, int index, Value base, int partBytes, Load load) {
    List<Value> parts = new ArrayList<>();
    for (int part = 0; part < leaf.depth(); part++) {
      long offset = ((long) index * leaf.depth() + part) * partBytes;
      parts.add(load.from(code, code.offset(base, offset)));
    }
    return parts;
  }

  private int accumulators() {
    return positions * vectors;
  }

  private int liveRegisters() {
    return (accumulators() + positions * leaf.depth() + vectors * leaf.depth())
            * leaf.registersPerVector()
        + leaf.scratch()
        + FREE_REGISTERS;
  }
}
