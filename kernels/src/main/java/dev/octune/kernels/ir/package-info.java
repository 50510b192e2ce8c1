/**
 * A small typed builder of LLVM IR text (LLVM 20, opaque pointers). In: calls that read like the
 * loop nest. Out: the text of one module. Never: workloads, schedules, compiling.
 *
 * <p>{@link dev.octune.kernels.ir.IrModule} holds functions; a function's body is written through
 * {@link dev.octune.kernels.ir.Code}, which is always at one insertion point and moves on as
 * instructions, loops and choices are written. {@link dev.octune.kernels.ir.Value}s are typed and
 * in SSA form: nothing is ever kept in memory but what {@code store} writes, so the text needs no
 * mem2reg and no optimiser. What a loop carries from turn to turn is named in {@code reduce}:
 *
 * <pre>{@code
 * IrModule module = new IrModule(target);
 * module.function("sum", List.of(Param.read("in"), Param.write("out")), code -> {
 *   Value in = code.param("in");
 *   List<Value> sum = code.reduce(100, List.of(Value.zero(Type.I32)), (i, carried) ->
 *       List.of(code.add(carried.get(0), code.load(Type.I32, code.offset(in, code.mul(i, 4)), 4))));
 *   code.store(sum.get(0), code.param("out"), 4);
 * });
 * module.text();
 * }</pre>
 *
 * <p>Index arithmetic is i64 and folds constants, so {@code mul(i, 1)} or {@code offset(p, 0)}
 * write nothing. Arithmetic wraps modulo 2^bits: no instruction carries flags that would make
 * overflow undefined. Addresses are bytes. A loop of one turn is written without a loop. Values
 * written inside a loop's or a choice's body must not be used outside of it, except through what
 * the body returns; LLVM's verifier would refuse them.
 *
 * <p>Functions carry {@code target-cpu}, {@code target-features} and {@code tune-cpu} of the target
 * and {@code no-builtins}: a loop never becomes a call of memset.
 */
@NullMarked
package dev.octune.kernels.ir;

import org.jspecify.annotations.NullMarked;
