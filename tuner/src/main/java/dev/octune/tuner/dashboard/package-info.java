/**
 * The page people look at. In: its files, packed into the jar. Out: the same over HTTP, with
 * headers that forbid everything the page does not need. Never: data; the page asks the API for
 * that like any other client, with its reader's token.
 */
@NullMarked
package dev.octune.tuner.dashboard;

import org.jspecify.annotations.NullMarked;
