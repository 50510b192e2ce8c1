/**
 * ONNX Runtime as a peer, through its Java API, for {@code octune bench} alone. In: a workload with
 * plain operands. Out: a session on a model of one node, whose weights are constants, so that it
 * packs them before it runs. Never: models from outside.
 */
@NullMarked
package dev.octune.peers.onnxruntime;

import org.jspecify.annotations.NullMarked;
