/**
 * Recorded measurements of a whole config space, or of a seeded sample of it, and a device that
 * answers from them. In: a {@link dev.octune.kernels.measure.Device} to record from, or a landscape
 * file. Out: {@link dev.octune.tuner.landscape.Landscape} and {@link
 * dev.octune.tuner.landscape.ReplayDevice}. Never: guessing the time of a point that was not
 * recorded.
 */
@NullMarked
package dev.octune.tuner.landscape;

import org.jspecify.annotations.NullMarked;
