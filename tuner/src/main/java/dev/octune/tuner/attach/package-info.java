/**
 * The seam between workers that dial in and the coordinator: a worker's session becomes as many
 * devices as it lends. In: {@link dev.octune.rpc.tracker.TrackerEvent}s; leases of the coordinator.
 * Out: results and signs of life for the coordinator; requests, withdrawals and acknowledgements
 * for workers. Never: which device measures what, and what a lease is still worth.
 */
@NullMarked
package dev.octune.tuner.attach;

import org.jspecify.annotations.NullMarked;
