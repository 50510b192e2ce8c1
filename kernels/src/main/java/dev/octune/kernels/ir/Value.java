package dev.octune.kernels.ir;

/** A typed operand: a constant or the result of an instruction. Immutable. */
public sealed interface Value {
  Type type();

  /** The operand as IR spells it, without its type. */
  String text();

  /** An integer known while the text is written. */
  record Constant(Type.Int type, long value) implements Value {
    @Override
    public String text() {
      return type.equals(Type.I1) ? (value == 0 ? "false" : "true") : Long.toString(value);
    }
  }

  /** A result, an argument or a vector literal. */
  record Operand(Type type, String text) implements Value {}

  static Constant of(Type.Int type, long value) {
    return new Constant(type, value);
  }

  /** An i64, the type of indices and byte offsets. */
  static Constant index(long value) {
    return new Constant(Type.I64, value);
  }

  /** The same integer in every lane. */
  static Value splat(Type.Vector type, long value) {
    return value == 0
        ? zero(type)
        : new Operand(type, "splat (" + type.element().text() + " " + value + ")");
  }

  /** All bits zero. */
  static Value zero(Type type) {
    return switch (type) {
      case Type.Int integer -> new Constant(integer, 0);
      case Type.Vector _ -> new Operand(type, "zeroinitializer");
      case Type.Pointer _ -> new Operand(type, "null");
      case Type.Tile _ -> throw new IllegalArgumentException("a tile has no literal");
    };
  }

  /** A vector of which no lane is set yet. */
  static Value poison(Type type) {
    return new Operand(type, "poison");
  }
}
