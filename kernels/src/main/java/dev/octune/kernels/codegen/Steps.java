package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Value;

/** Where a turn of a loop stands, for every template. */
final class Steps {
  private Steps() {}

  /** The address index · stepBytes behind a pointer. */
  static Value along(Code code, Value pointer, Value index, long stepBytes) {
    return code.offset(pointer, code.mul(index, stepBytes));
  }

  /** index · size, moved back where it would end behind the extent. */
  static Value start(Code code, Value index, int size, int extent) {
    Value start = code.mul(index, size);
    return extent % size == 0 ? start : code.minUnsigned(start, Value.index((long) extent - size));
  }
}
