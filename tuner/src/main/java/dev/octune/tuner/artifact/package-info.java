/**
 * A kernel as files for other programs: object, header, IR, assembly, description. In: a candidate
 * and a compiler. Out: files in a folder. Never: choosing the schedule, measuring.
 */
@NullMarked
package dev.octune.tuner.artifact;

import org.jspecify.annotations.NullMarked;
