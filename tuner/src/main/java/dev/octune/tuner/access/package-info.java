/**
 * Who may do what. In: tokens as strangers send them. Out: the {@link
 * dev.octune.tuner.access.Principal} behind a token, a line in the audit log for every deed and,
 * within bounds, for whoever knocks. Never: a token's secret on disk but for the first
 * administrator's, HTTP, sockets.
 */
@NullMarked
package dev.octune.tuner.access;

import org.jspecify.annotations.NullMarked;
