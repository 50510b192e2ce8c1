/**
 * Kernels that run in this process, on threads of it. In: a generated source and operands. Out:
 * outputs and times. It is for comparing with libraries that can only be called from a process; a
 * kernel that crashes takes the process with it, so only those come here that the runner has seen
 * do their work. Never: the measurements that records hold.
 */
@NullMarked
package dev.octune.workers.inprocess;

import org.jspecify.annotations.NullMarked;
