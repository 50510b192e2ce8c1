/**
 * What both ends of a gRPC call need: the service's two methods, and reading their messages. In:
 * whatever a peer sent. Out: messages of workers.proto, or a {@link
 * dev.octune.rpc.wire.WireException}. Never: what a message means, whom to talk to.
 */
@NullMarked
package dev.octune.rpc.call;

import org.jspecify.annotations.NullMarked;
