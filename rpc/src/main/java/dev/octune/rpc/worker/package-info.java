/**
 * The worker's end of the wire: dials the service, lends it devices, delivers what they measured.
 * In: {@link dev.octune.kernels.measure.Device}s, the service's requests. Out: outcomes, each sent
 * until it is acknowledged, over as many connections as that takes. Never: generating, building or
 * measuring, which is the devices' business.
 */
@NullMarked
package dev.octune.rpc.worker;

import org.jspecify.annotations.NullMarked;
