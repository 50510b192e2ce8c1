/**
 * Quantized networks as files hold them. In: the path of a model file, which anybody may have
 * written. Out: a {@link dev.octune.tuner.graph.QuantizedGraph}, or a {@link
 * dev.octune.tuner.graph.ModelFileException} that says what, where and how to mend. Never:
 * workloads, targets, trust in a length or an offset of the file.
 */
@NullMarked
package dev.octune.tuner.graph;

import org.jspecify.annotations.NullMarked;
