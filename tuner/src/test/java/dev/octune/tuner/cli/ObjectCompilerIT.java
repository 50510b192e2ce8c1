package dev.octune.tuner.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.octune.kernels.codegen.KernelLibrary;
import dev.octune.kernels.space.Candidate;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.lookup.KernelCompiler.Compiled;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Kernel objects by the real compiler. */
final class ObjectCompilerIT {
  private static final int ELF_MAGIC = 0x7f454c46;

  @Test
  void compile_kernelsOfTwoArchitectures_areElfObjects() throws InterruptedException {
    KernelLibrary library = KernelLibrary.standard();
    Workload dense = Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
    try (ObjectCompiler compiler = new ObjectCompiler(library)) {
      for (String text :
          new String[] {
            "x86_64 cpu=znver3 isa=avx2 threads=1", "aarch64 cpu=cortex-a76 isa=dotprod threads=1"
          }) {
        Target target = Target.parse(text);
        Candidate candidate = new Candidate(dense, target, library.defaultSchedule(dense, target));
        ByteBuffer object =
            assertInstanceOf(Compiled.Built.class, compiler.compile(candidate, "k")).object();
        assertEquals(ELF_MAGIC, object.getInt(0));
        assertEquals(
            new Compiled.Built(object), compiler.compile(candidate, "k"), "the same each time");
      }
    }
  }

  @Test
  void compile_closed_saysSo() {
    KernelLibrary library = KernelLibrary.standard();
    ObjectCompiler compiler = new ObjectCompiler(library);
    compiler.close();
    Workload dense = Workload.parse("dense_int8 m=1 k=64 n=10 act=u8 wgt=s8 out=s32");
    Target target = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1");
    Candidate candidate = new Candidate(dense, target, library.defaultSchedule(dense, target));
    assertThrows(IllegalStateException.class, () -> compiler.compile(candidate, "k"));
  }
}
