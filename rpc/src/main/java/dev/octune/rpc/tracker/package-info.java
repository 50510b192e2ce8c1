/**
 * The server's end of the wire: accepts workers, hands their devices requests, tells what comes
 * back. In: gRPC calls of workers, {@link dev.octune.rpc.wire.Request}s. Out: {@link
 * dev.octune.rpc.tracker.TrackerEvent}s. Never: deciding who measures what, or what a lease is
 * worth; it repeats fencing tokens and judges none.
 */
@NullMarked
package dev.octune.rpc.tracker;

import org.jspecify.annotations.NullMarked;
