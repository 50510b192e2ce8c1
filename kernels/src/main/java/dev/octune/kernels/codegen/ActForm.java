package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;

/** In how many planes a packed activation is stored, and what each of them holds of it. */
enum ActForm {
  /** One plane with the activation itself. */
  WHOLE(1) {
    @Override
    int plane(int activation, int plane) {
      return activation;
    }

    @Override
    Value plane(Code code, Value activation, int plane) {
      return activation;
    }
  },
  /** ⌊a / 16⌋ of a block's channels, then a mod 16 of them: each fits four bits. */
  NIBBLES(2) {
    @Override
    int plane(int activation, int plane) {
      return plane == 0 ? activation >> NIBBLE_BITS : activation & NIBBLE_MASK;
    }

    @Override
    Value plane(Code code, Value activation, int plane) {
      return plane == 0
          ? code.shiftRightLogical(activation, NIBBLE_BITS)
          : code.and(activation, Value.of(Type.I16, NIBBLE_MASK));
    }
  };

  private static final int NIBBLE_BITS = 4;
  private static final int NIBBLE_MASK = (1 << NIBBLE_BITS) - 1;

  private final int planes;

  ActForm(int planes) {
    this.planes = planes;
  }

  int planes() {
    return planes;
  }

  /** What a plane holds of a known activation. */
  abstract int plane(int activation, int plane);

  /** What a plane holds of an activation, an i16 not below zero. */
  abstract Value plane(Code code, Value activation, int plane);
}
