package dev.octune.workers.build;

import dev.octune.kernels.target.Arch;
import dev.octune.kernels.target.Isa;

/** Small modules for tests. */
final class Modules {
  private Modules() {}

  static BuildRequest request(Isa isa, String body) {
    return new BuildRequest(
        isa, "target triple = \"%s\"\n%s".formatted(isa.arch().llvmTriple(), body));
  }

  static Isa plainIsa(Arch arch) {
    return switch (arch) {
      case X86_64 -> Isa.AVX2;
      case AARCH64 -> Isa.NEON;
    };
  }

  /** {@code octune_run(ptr out, i32 x)} stores x + 42. */
  static BuildRequest adds42(Isa isa) {
    return request(
        isa,
        """
        define void @octune_run(ptr %out, i32 %x) nounwind {
          %y = add i32 %x, 42
          store i32 %y, ptr %out
          ret void
        }
        """);
  }

  /**
   * {@code octune_run(ptr out, i32 index)} stores a table's entry, 1000 + index² for index in [0,
   * 2000), and a vector constant behind it; {@code octune_twice} calls it.
   */
  static BuildRequest readsConstants(Isa isa) {
    StringBuilder table = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      table.append(i == 0 ? "" : ", ").append("i32 ").append(1000 + i * i);
    }
    return request(
        isa,
        """
        @table = private unnamed_addr constant [2000 x i32] [%s]
        define void @octune_run(ptr %%out, i32 %%index) nounwind {
          %%i = zext i32 %%index to i64
          %%p = getelementptr inbounds i32, ptr @table, i64 %%i
          %%v = load i32, ptr %%p
          store i32 %%v, ptr %%out
          %%q = getelementptr inbounds i8, ptr %%out, i64 16
          store <4 x i32> <i32 3, i32 1, i32 4, i32 159>, ptr %%q
          ret void
        }
        define void @octune_twice(ptr %%out, i32 %%index) nounwind noinline {
          call void @octune_run(ptr %%out, i32 %%index)
          %%p = getelementptr inbounds i8, ptr %%out, i64 32
          call void @octune_run(ptr %%p, i32 %%index)
          ret void
        }
        """
            .formatted(table));
  }
}
