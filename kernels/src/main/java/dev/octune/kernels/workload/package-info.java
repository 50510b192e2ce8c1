/**
 * What a layer computes, with nothing said of how or where: operator, shapes, value ranges. In: a
 * canonical text or the numbers of a layer. Out: {@link dev.octune.kernels.workload.Workload}, its
 * sizes and its text. Never: targets, schedules, files.
 */
@NullMarked
package dev.octune.kernels.workload;

import org.jspecify.annotations.NullMarked;
