/** Tests of the shell script that starts the program, with a JDK and a Maven that only pretend. */
@NullMarked
package dev.octune.tuner.launcher;

import org.jspecify.annotations.NullMarked;
