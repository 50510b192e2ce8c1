package dev.octune.workers.build;

import dev.octune.kernels.target.Isa;
import dev.octune.workers.toolchain.Toolchain;
import java.util.concurrent.CountDownLatch;

/** A program that builds, prints its child's process id and waits to be killed. */
final class BuilderParent {
  private BuilderParent() {}

  static void main() throws Exception {
    Builder builder = Builder.start(Toolchain.locate(), BuilderSettings.one());
    builder.build(Modules.adds42(Isa.SSE2));
    System.out.println(builder.childPids().getFirst());
    new CountDownLatch(1).await();
  }
}
