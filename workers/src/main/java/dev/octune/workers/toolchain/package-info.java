/**
 * The compiler's native files. In: the class path, which carries the LLVM artifact, and the user's
 * cache folder. Out: {@link dev.octune.workers.toolchain.Toolchain}, paths of files that are whole
 * and ready to load or run. Never: loading libLLVM into this process, the network, the checkout.
 */
@NullMarked
package dev.octune.workers.toolchain;

import org.jspecify.annotations.NullMarked;
