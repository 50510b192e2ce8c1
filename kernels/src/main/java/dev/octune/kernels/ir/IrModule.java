package dev.octune.kernels.ir;

import dev.octune.kernels.target.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** One LLVM module under construction, for one target. Not thread-safe. */
public final class IrModule {
  /**
   * Core names that LLVM 20 has a model for. Of others it would only warn on every function, so
   * they are tuned as the baseline.
   */
  private static final Set<String> TUNED_CPUS =
      Set.of(
          """
          penryn nehalem westmere sandybridge ivybridge silvermont goldmont tremont gracemont
          znver1 znver2 znver3 znver4 znver5 haswell broadwell skylake skylake-avx512 cascadelake
          cooperlake icelake-client icelake-server tigerlake rocketlake alderlake raptorlake
          meteorlake arrowlake lunarlake sapphirerapids emeraldrapids graniterapids sierraforest
          cortex-a53 cortex-a55 cortex-a57 cortex-a72 cortex-a73 cortex-a75 cortex-a76 cortex-a77
          cortex-a78 cortex-a510 cortex-a710 cortex-a715 cortex-x1 cortex-x2 cortex-x3
          neoverse-n1 neoverse-n2 neoverse-v1 neoverse-v2 apple-m1 apple-m2 apple-m3 ampere1
          """
              .strip()
              .split("\\s+"));

  private final Target target;
  private final boolean quick;
  private final boolean emulated;
  private final List<String> functions = new ArrayList<>();
  private final Set<String> declarations = new TreeSet<>();

  /** A module whose code is to be fast. */
  public IrModule(Target target) {
    this(target, false, false);
  }

  private IrModule(Target target, boolean quick, boolean emulated) {
    this.target = target;
    this.quick = quick;
    this.emulated = emulated;
  }

  /** A module that is to be compiled fast: a third less time, for code a fifth slower. */
  public static IrModule compiledQuickly(Target target) {
    return new IrModule(target, true, false);
  }

  /**
   * A module in which the instructions of every architecture are written out in plain IR: code made
   * for another machine then runs on the target, slowly.
   */
  public static IrModule emulated(Target target) {
    return new IrModule(target, false, true);
  }

  /** Defines {@code void name(params)}. */
  public void function(String name, List<Param> params, Consumer<Code> body) {
    Code code = new Code(target.arch(), emulated, params, declarations);
    body.accept(code);
    functions.add(
        "define void @%s(%s) #0 {\n%s  ret void\n}\n"
            .formatted(
                name,
                params.stream()
                    .map(p -> p.type().text() + p.attributes() + " %" + p.name())
                    .collect(Collectors.joining(", ")),
                code.text()));
  }

  /** Defines {@code i64 name(void)} that returns a constant. */
  public void constant(String name, long value) {
    functions.add("define i64 @%s() #0 {\n  ret i64 %d\n}\n".formatted(name, value));
  }

  /** Defines a constant array that functions of this module read as {@link Code#symbol}. */
  public void table(String name, Type.Int element, int... values) {
    functions.add(
        "@%s = private unnamed_addr constant [%d x %s] [%s], align %d\n"
            .formatted(
                name,
                values.length,
                element.text(),
                Arrays.stream(values)
                    .mapToObj(value -> element.text() + " " + value)
                    .collect(Collectors.joining(", ")),
                element.bits() / Byte.SIZE));
  }

  /** The module, ready for LLVM's parser. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append("target triple = \"").append(target.arch().llvmTriple()).append("\"\n\n");
    declarations.forEach(line -> text.append(line).append('\n'));
    functions.forEach(function -> text.append('\n').append(function));
    text.append("\nattributes #0 = { nounwind \"no-builtins\" \"no-jump-tables\"=\"true\"");
    if (quick) {
      text.append(" optnone noinline");
    }
    attribute(text, "target-cpu", target.isa().llvmCpu());
    attribute(text, "target-features", target.isa().llvmFeatures());
    attribute(text, "tune-cpu", TUNED_CPUS.contains(target.cpu()) ? target.cpu() : "");
    return text.append(" }\n").toString();
  }

  private static void attribute(StringBuilder text, String name, String value) {
    if (!value.isEmpty()) {
      text.append(" \"").append(name).append("\"=\"").append(value).append('"');
    }
  }
}
