package dev.octune.tuner.graph;

import java.util.Optional;

/**
 * A value of the network.
 *
 * @param name as the file has it; may be empty, need not be unique
 * @param quantization empty for plain numbers
 */
public record Tensor(
    String name,
    ElementType type,
    Shape shape,
    Optional<Quantization> quantization,
    Contents contents) {}
