/**
 * What tracker and workers say to each other, as Java values: the room between the messages of
 * workers.proto and {@code kernels.measure}. In: messages that anybody may have written. Out:
 * validated values, or a {@link dev.octune.rpc.wire.WireException} that says what is wrong; and
 * back. Never: sockets, threads, time.
 */
@NullMarked
package dev.octune.rpc.wire;

import org.jspecify.annotations.NullMarked;
