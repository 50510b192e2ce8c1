/**
 * The one-line texts of the domain: `head key=value key=value`. In: a line a person or a log wrote.
 * Out: its head and fields, or a {@link dev.octune.kernels.text.TextException} that says what,
 * where and how to mend. Never: meaning; which keys exist is known only by the type that asks.
 */
@NullMarked
package dev.octune.kernels.text;

import org.jspecify.annotations.NullMarked;
