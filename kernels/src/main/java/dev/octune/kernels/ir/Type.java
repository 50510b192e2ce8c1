package dev.octune.kernels.ir;

/** An LLVM type. */
public sealed interface Type {
  Int I1 = new Int(1);
  Int I8 = new Int(8);
  Int I16 = new Int(16);
  Int I32 = new Int(32);
  Int I64 = new Int(64);
  Pointer PTR = new Pointer();
  Tile TILE = new Tile();

  /** As IR spells it: i8, &lt;16 x i16&gt;, ptr. */
  String text();

  /** Total bits of a value. */
  int bits();

  /** An integer without a sign; operations say how they read it. */
  record Int(int bits) implements Type {
    /** A vector of this integer. */
    public Vector x(int lanes) {
      return new Vector(lanes, this);
    }

    @Override
    public String text() {
      return "i" + bits;
    }
  }

  /** A fixed number of integers; lane 0 is at the lowest address. */
  record Vector(int lanes, Int element) implements Type {
    public Vector {
      if (lanes < 1) {
        throw new IllegalArgumentException("a vector has " + lanes + " lanes");
      }
    }

    @Override
    public int bits() {
      return lanes * element.bits();
    }

    @Override
    public String text() {
      return "<" + lanes + " x " + element.text() + ">";
    }
  }

  /** An address; every target here has 64-bit ones. */
  record Pointer() implements Type {
    @Override
    public int bits() {
      return 64;
    }

    @Override
    public String text() {
      return "ptr";
    }
  }

  /**
   * A tile register of AMX: 16 rows of 64 bytes. It exists as the operand and result of tile
   * intrinsics only.
   */
  record Tile() implements Type {
    @Override
    public int bits() {
      return 16 * 64 * Byte.SIZE;
    }

    @Override
    public String text() {
      return "x86_amx";
    }
  }

  /** The same shape with another element: i8 → i16, &lt;8 x i8&gt; → &lt;8 x i16&gt;. */
  static Type withElement(Type type, Int element) {
    return switch (type) {
      case Int _ -> element;
      case Vector vector -> element.x(vector.lanes());
      case Pointer _ -> throw new IllegalArgumentException("a pointer has no element");
      case Tile _ -> throw new IllegalArgumentException("a tile has no element");
    };
  }
}
