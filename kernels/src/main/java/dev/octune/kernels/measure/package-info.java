/**
 * What running a candidate told us, and the port through which it is asked. In: a {@link
 * dev.octune.kernels.measure.MeasureRequest} of pure text and numbers. Out: a {@link
 * dev.octune.kernels.measure.Measurement}. Never: how it is built or run; that is a device's own
 * business.
 */
@NullMarked
package dev.octune.kernels.measure;

import org.jspecify.annotations.NullMarked;
