/**
 * Many jobs of many people on many devices. In: {@link
 * dev.octune.tuner.coordinator.CoordinatorEvent}s with their time: jobs, devices that come and go,
 * results, acknowledgements of the store. Out: {@link
 * dev.octune.tuner.coordinator.CoordinatorEffect}s in order: what to store, which device measures
 * what, whom to tell. The decisions are a pure state machine; {@link
 * dev.octune.tuner.coordinator.Coordinator} is its one edge to threads, clock and database. Never:
 * a fact that anybody sees before it is durable, a trial that ends twice, sockets, HTTP.
 */
@NullMarked
package dev.octune.tuner.coordinator;

import org.jspecify.annotations.NullMarked;
