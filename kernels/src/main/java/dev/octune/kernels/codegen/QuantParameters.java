package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.IrModule;
import dev.octune.kernels.ir.Param;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import java.util.List;

/** How the function that packs the parameters of requantizing is given them; all are s32. */
enum QuantParameters {
  /**
   * {@code (ptr bias, ptr multiplier, ptr shift, i32 azp, i32 out_zero, i32 lo, i32 hi, ptr wgt)}.
   */
  ARGUMENTS {
    @Override
    List<Param> params() {
      return List.of(
          Param.read("bias"),
          Param.read("multiplier"),
          Param.read("shift"),
          Param.number("azp", Type.I32),
          Param.number("out_zero", Type.I32),
          Param.number("lo", Type.I32),
          Param.number("hi", Type.I32),
          Param.write("wgt"));
    }

    @Override
    Channels channels(Code code, int count) {
      return (at, o) ->
          new Requantizer.Channel(
              word(at, at.param("bias"), o),
              word(at, at.param("multiplier"), o),
              word(at, at.param("shift"), o),
              at.param("azp"),
              at.param("out_zero"),
              at.param("lo"),
              at.param("hi"));
    }
  },
  /**
   * {@code (ptr table, ptr wgt)}: azp, out_zero, lo, hi, then count biases, multipliers, shifts.
   */
  TABLE {
    @Override
    List<Param> params() {
      return List.of(Param.read("table"), Param.write("wgt"));
    }

    @Override
    Channels channels(Code code, int count) {
      Value table = code.param("table");
      Value azp = word(code, table, Value.index(0));
      Value outZero = word(code, table, Value.index(1));
      Value lo = word(code, table, Value.index(2));
      Value hi = word(code, table, Value.index(3));
      return (at, o) ->
          new Requantizer.Channel(
              word(at, table, at.add(o, SCALARS)),
              word(at, table, at.add(o, SCALARS + count)),
              word(at, table, at.add(o, SCALARS + 2L * count)),
              azp,
              outZero,
              lo,
              hi);
    }
  };

  private static final int SCALARS = 4;

  /** The parameters of an output channel of the workload. */
  interface Channels {
    Requantizer.Channel at(Code code, Value channel);
  }

  /** What the function does. */
  interface Body {
    void write(Code code, Value wgt, Channels channels);
  }

  abstract List<Param> params();

  abstract Channels channels(Code code, int count);

  /**
   * Defines the function.
   *
   * @param count output channels of the workload
   */
  void function(IrModule module, String name, int count, Body body) {
    module.function(
        name, params(), code -> body.write(code, code.param("wgt"), channels(code, count)));
  }

  private static Value word(Code code, Value base, Value index) {
    return code.load(Type.I32, code.offset(base, code.mul(index, Integer.BYTES)), Integer.BYTES);
  }
}
