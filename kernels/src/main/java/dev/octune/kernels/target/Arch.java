package dev.octune.kernels.target;

import java.util.Arrays;
import java.util.List;

/** A processor architecture with the triple that LLVM knows it by. */
public enum Arch {
  X86_64("x86_64", "x86_64-unknown-linux-gnu"),
  AARCH64("aarch64", "aarch64-unknown-linux-gnu");

  private final String text;
  private final String llvmTriple;

  Arch(String text, String llvmTriple) {
    this.text = text;
    this.llvmTriple = llvmTriple;
  }

  public String text() {
    return text;
  }

  public String llvmTriple() {
    return llvmTriple;
  }

  static List<String> texts() {
    return Arrays.stream(values()).map(Arch::text).toList();
  }
}
