package dev.octune.workers.build;

import java.util.concurrent.CompletableFuture;

/** A build in the queue and where its result goes. */
record BuildJob(BuildOrder order, CompletableFuture<BuildResult<byte[]>> result) {}
