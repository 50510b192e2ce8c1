/**
 * A service seen from another program: looks kernels up, submits jobs and follows them, over HTTP
 * by the JDK's own client. In: texts of workloads and targets, model files. Out: answers as values,
 * jobs as the JSON of the service's OpenAPI document. {@link dev.octune.tuner.client.OctuneClient}
 * is the entry. Never: another room of this program; a token in a URL or a log.
 */
@NullMarked
package dev.octune.tuner.client;

import org.jspecify.annotations.NullMarked;
