/**
 * What a machine's instructions could do at best. In: the register-loop speed of each leaf, once
 * measured. Out: the same, kept in the user's cache folder, for the share of the roof that tables
 * show. Never: measuring; a figure of another machine.
 */
@NullMarked
package dev.octune.tuner.roof;

import org.jspecify.annotations.NullMarked;
