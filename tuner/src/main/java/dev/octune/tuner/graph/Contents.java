package dev.octune.tuner.graph;

/** Where the values of a tensor come from. */
public sealed interface Contents {
  /** An operator writes it, or the caller does. */
  record Computed() implements Contents {}

  /** Kept from one inference to the next. */
  record Variable() implements Contents {}

  /** They stand in the file. */
  record Constant(ConstantData data) implements Contents {}

  /** They are constant, but not plain bytes of this file: sparse, or in a file beside it. */
  record Elsewhere(String reason) implements Contents {}
}
