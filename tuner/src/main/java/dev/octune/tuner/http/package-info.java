/**
 * The service's face: one HTTP server for the API of {@code openapi.json}, the dashboard's files
 * and, handed on untouched, the workers' gRPC calls. In: requests of strangers, none of it trusted.
 * Out: calls of the coordinator and what they answered, as JSON. Never: decisions about jobs, work
 * on an event loop that may block, an answer without a check of the token.
 */
@NullMarked
package dev.octune.tuner.http;

import org.jspecify.annotations.NullMarked;
