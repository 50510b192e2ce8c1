package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.IrModule;
import java.util.function.Consumer;

/**
 * A kernel on operands that stand as a {@link PackedLayout} says, which also writes its packing
 * functions.
 *
 * @param body of {@code run(ptr act, ptr wgt, ptr out, i32 part, i32 parts)}
 */
record PackedKernel(PackedLayout packed, Consumer<Code> body) implements KernelTemplate.Kernel {
  @Override
  public void emitRun(IrModule module, String name) {
    module.function(name, DirectTemplate.RUN_PARAMS, body);
  }

  @Override
  public void emitPacking(IrModule module, String packAct, String packWgt, String unpackOut) {
    new PackingCode(packed).emit(module, packAct, packWgt, unpackOut);
  }

  @Override
  public void emitPackQuant(IrModule module, String name, QuantParameters parameters) {
    new PackingCode(packed).packQuant(module, name, parameters);
  }

  @Override
  public String layout() {
    return packed.text();
  }

  @Override
  public long actBytes() {
    return packed.actBytes();
  }

  @Override
  public long wgtBytes() {
    return packed.wgtBytes();
  }

  @Override
  public long outBytes() {
    return packed.outBytes();
  }
}
