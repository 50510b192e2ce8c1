/**
 * What the service remembers of its jobs and devices. In: {@link dev.octune.db.job.JobChange}s,
 * each stored whole or not at all. Out: {@link dev.octune.db.job.ServiceState} to go on from after
 * a restart, and a job's {@link dev.octune.db.job.JobTrial}s. Never: what a change means; states
 * and causes are words here.
 */
@NullMarked
package dev.octune.db.job;

import org.jspecify.annotations.NullMarked;
