package dev.octune.workers.build;

/** What file a build makes. */
public enum Output {
  /** ELF64 relocatable object, position-independent. */
  OBJECT,
  /** Assembly text in the GNU assembler's syntax, UTF-8. */
  ASSEMBLY,
  /** The module's text after verification and the passes before code generation, UTF-8. */
  IR
}
