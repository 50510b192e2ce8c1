package dev.octune.kernels.ir;

/**
 * A parameter of a function. Pointers never alias each other.
 *
 * @param attributes LLVM's parameter attributes, each after a blank
 */
public record Param(String name, Type type, String attributes) {
  /** A buffer that is only read. */
  public static Param read(String name) {
    return new Param(name, Type.PTR, " noalias nocapture readonly");
  }

  /** A buffer that is written, and may be read. */
  public static Param write(String name) {
    return new Param(name, Type.PTR, " noalias nocapture");
  }

  /** A number. */
  public static Param number(String name, Type.Int type) {
    return new Param(name, type, "");
  }
}
