package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.IrModule;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Target;
import java.util.ArrayList;
import java.util.List;

/** The register loop of AMX's tiles: four tiles of sums, and no load. */
final class MatrixRoof {
  /** Turns of a call: some 100 µs. */
  private static final int TURNS = 1_000;

  /** Rounds over the sums written out in a turn, so that the loop itself costs nothing. */
  private static final int ROUNDS = 4;

  /**
   * Independent sums: an addition waits 52 cycles for the one before, a multiplication takes 16.
   */
  private static final int SUMS = 4;

  private static final int TILE_BYTES = AmxTile.ROWS * AmxTile.DEPTH;

  private MatrixRoof() {}

  static RoofLoop emit(Target target) {
    IrModule module = new IrModule(target);
    module.function(KernelSource.RUN, DirectTemplate.RUN_PARAMS, MatrixRoof::emit);
    long macs = (long) TURNS * ROUNDS * SUMS * AmxTile.ROWS * AmxTile.LANES * AmxTile.DEPTH;
    return new RoofLoop(
        AmxTile.LEAF,
        module.text(),
        KernelSource.RUN,
        macs,
        TILE_BYTES,
        TILE_BYTES,
        (long) SUMS * TILE_BYTES);
  }

  private static void emit(Code code) {
    Value act = AmxTile.load(code, AmxTile.ROWS, AmxTile.DEPTH, code.param("act"), AmxTile.DEPTH);
    Value wgt = AmxTile.load(code, AmxTile.ROWS, AmxTile.DEPTH, code.param("wgt"), AmxTile.DEPTH);
    List<Value> zeros = new ArrayList<>();
    for (int i = 0; i < SUMS; i++) {
      zeros.add(AmxTile.zero(code, AmxTile.ROWS));
    }
    List<Value> sums =
        code.reduce(
            TURNS,
            zeros,
            (_, carried) -> {
              List<Value> next = new ArrayList<>(carried);
              for (int round = 0; round < ROUNDS; round++) {
                next.replaceAll(
                    sum -> AmxTile.multiplyAdd(code, AmxTile.ROWS, AmxTile.DEPTH, sum, act, wgt));
              }
              return next;
            });
    for (int i = 0; i < SUMS; i++) {
      Value to = code.offset(code.param("out"), (long) i * TILE_BYTES);
      AmxTile.store(code, AmxTile.ROWS, sums.get(i), to, AmxTile.DEPTH);
    }
  }
}
