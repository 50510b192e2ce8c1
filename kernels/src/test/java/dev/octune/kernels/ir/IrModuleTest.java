package dev.octune.kernels.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.target.Target;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class IrModuleTest {
  private static final Target TARGET = Target.parse("x86_64 cpu=znver3 isa=avx2 threads=1");

  @Test
  void reduce_loopThatSums_isWrittenWithPhis() {
    assertEquals(
        """
        target triple = "x86_64-unknown-linux-gnu"


        define void @sum(ptr noalias nocapture readonly %in, ptr noalias nocapture %out) #0 {
        entry:
          br label %loop0
        loop0:
          %v0 = phi i64 [ 0, %entry ], [ %v6, %loop0 ]
          %v1 = phi i32 [ 0, %entry ], [ %v5, %loop0 ]
          %v2 = mul i64 %v0, 4
          %v3 = getelementptr i8, ptr %in, i64 %v2
          %v4 = load i32, ptr %v3, align 4
          %v5 = add i32 %v1, %v4
          %v6 = add i64 %v0, 1
          %v7 = icmp slt i64 %v6, 100
          br i1 %v7, label %loop0, label %done1
        done1:
          store i32 %v5, ptr %out, align 4
          ret void
        }

        attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" "target-cpu"="x86-64-v3" "target-features"="-lzcnt" \
        "tune-cpu"="znver3" }
        """,
        module(
            code -> {
              Value in = code.param("in");
              List<Value> sum =
                  code.reduce(
                      100,
                      List.of(Value.zero(Type.I32)),
                      (i, carried) ->
                          List.of(
                              code.add(
                                  carried.get(0),
                                  code.load(Type.I32, code.offset(in, code.mul(i, 4)), 4))));
              code.store(sum.get(0), code.param("out"), 4);
            }));
  }

  @Test
  void constants_known_areFolded() {
    String text =
        module(
            code -> {
              Value seven = code.add(code.mul(Value.index(2), 3), 1);
              assertEquals(Value.index(7), seven);
              assertEquals(Value.index(1), code.remainder(seven, 3));
              assertEquals(Value.index(2), code.divide(seven, 3));
              assertEquals(Value.index(3), code.minUnsigned(seven, Value.index(3)));
              assertEquals(seven, code.maxUnsigned(seven, Value.index(3)));
              assertEquals(Value.index(-1), code.minSigned(Value.index(-1), seven));
              assertEquals(seven, code.maxSigned(Value.index(-1), seven));
              assertEquals(seven, code.maxSigned(seven, Value.index(-1)));
              assertEquals(
                  Value.of(Type.I8, -128), code.add(Value.of(Type.I8, 127), Value.of(Type.I8, 1)));
              code.loop(1, i -> assertEquals(Value.index(0), i));
              code.loop(seven, Value.index(7), _ -> code.store(seven, code.param("out"), 8));
            });
    assertTrue(!text.contains("store") && !text.contains("br "), text);
  }

  @Test
  void choose_unknownCondition_mergesBothWays() {
    String text =
        module(
            code -> {
              Value condition =
                  code.compare(
                      Code.Compare.EQ,
                      code.load(Type.I32, code.param("in"), 4),
                      Value.of(Type.I32, 3));
              List<Value> merged =
                  code.choose(
                      condition,
                      () -> List.of(Value.of(Type.I32, 1)),
                      () -> List.of(Value.of(Type.I32, 2)));
              code.store(merged.get(0), code.param("out"), 4);
            });
    assertTrue(text.contains("phi i32 [ 1, %yes0 ], [ 2, %no1 ]"), text);
  }

  @Test
  void binary_differentTypes_isRefused() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> module(code -> code.add(Value.index(1), Value.zero(Type.I32.x(4)))));
    assertEquals("operands are i64 and <4 x i32>, must be one type", refused.getMessage());
  }

  @Test
  void tuneCpu_unknownToLlvm_isLeftOut() {
    IrModule module = new IrModule(Target.parse("x86_64 cpu=future9 isa=avx2 threads=1"));
    assertTrue(!module.text().contains("future9"));
  }

  private static String module(Consumer<Code> body) {
    IrModule module = new IrModule(TARGET);
    module.function("sum", List.of(Param.read("in"), Param.write("out")), body);
    return module.text();
  }
}
