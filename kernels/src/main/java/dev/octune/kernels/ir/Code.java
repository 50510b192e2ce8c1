package dev.octune.kernels.ir;

import dev.octune.kernels.target.Arch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The body of a function, written from top to bottom. Not thread-safe. */
public final class Code {
  /** What one turn of a loop does. */
  @FunctionalInterface
  public interface Turn {
    /** Writes the turn of i64 {@code index}. */
    void write(Value index);
  }

  /** What one turn of a loop does with the values it carries. */
  @FunctionalInterface
  public interface CarryingTurn {
    /**
     * Writes the turn of i64 {@code index}.
     *
     * @return what the next turn starts with, in the order and of the types of {@code carried}
     */
    List<Value> write(Value index, List<Value> carried);
  }

  /** How integers compare. */
  public enum Compare {
    EQ,
    NE,
    ULT,
    ULE,
    SLT,
    SLE;

    private boolean holds(long a, long b) {
      return switch (this) {
        case EQ -> a == b;
        case NE -> a != b;
        case ULT -> Long.compareUnsigned(a, b) < 0;
        case ULE -> Long.compareUnsigned(a, b) <= 0;
        case SLT -> a < b;
        case SLE -> a <= b;
      };
    }
  }

  /** Intrinsics of one architecture begin so; all others are LLVM's own and work everywhere. */
  private static final List<String> OF_ARCHITECTURES = List.of("llvm.x86.", "llvm.aarch64.");

  private final Arch arch;
  private final boolean emulated;
  private final List<Param> params;
  private final Set<String> declarations;
  private final List<String> lines = new ArrayList<>();
  private String block = "entry";
  private int values;
  private int blocks;

  Code(Arch arch, boolean emulated, List<Param> params, Set<String> declarations) {
    this.arch = arch;
    this.emulated = emulated;
    this.params = List.copyOf(params);
    this.declarations = declarations;
    lines.add("entry:");
  }

  String text() {
    return lines.stream().collect(Collectors.joining("\n", "", "\n"));
  }

  /** The function's argument of that name. */
  public Value param(String name) {
    return params.stream()
        .filter(p -> p.name().equals(name))
        .map(p -> new Value.Operand(p.type(), "%" + p.name()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no parameter " + name));
  }

  /** The address of a table of the module. */
  public Value symbol(String name) {
    return new Value.Operand(Type.PTR, "@" + name);
  }

  // ---- arithmetic; both sides of one type, results wrap modulo 2^bits

  public Value add(Value a, Value b) {
    if (a instanceof Value.Constant x && b instanceof Value.Constant y) {
      return folded(x.type(), x.value() + y.value());
    }
    if (isZero(a)) {
      return b;
    }
    return isZero(b) ? a : binary("add", a, b);
  }

  public Value add(Value a, long b) {
    return add(a, constantLike(a, b));
  }

  public Value sub(Value a, Value b) {
    if (a instanceof Value.Constant x && b instanceof Value.Constant y) {
      return folded(x.type(), x.value() - y.value());
    }
    return isZero(b) ? a : binary("sub", a, b);
  }

  public Value mul(Value a, Value b) {
    if (a instanceof Value.Constant x && b instanceof Value.Constant y) {
      return folded(x.type(), x.value() * y.value());
    }
    if (a instanceof Value.Constant x) {
      return x.value() == 0 ? a : x.value() == 1 ? b : binary("mul", b, a);
    }
    if (b instanceof Value.Constant y) {
      return y.value() == 0 ? b : y.value() == 1 ? a : binary("mul", a, b);
    }
    return binary("mul", a, b);
  }

  public Value mul(Value a, long b) {
    return mul(a, constantLike(a, b));
  }

  /** Unsigned quotient by a constant. */
  public Value divide(Value a, long divisor) {
    if (a instanceof Value.Constant x) {
      return folded(x.type(), Long.divideUnsigned(x.value(), divisor));
    }
    return divisor == 1 ? a : binary("udiv", a, constantLike(a, divisor));
  }

  /** Unsigned quotient; the divisor must not be zero. */
  public Value divide(Value a, Value divisor) {
    return divisor instanceof Value.Constant known
        ? divide(a, known.value())
        : binary("udiv", a, divisor);
  }

  /** Unsigned remainder by a constant. */
  public Value remainder(Value a, long divisor) {
    if (a instanceof Value.Constant x) {
      return folded(x.type(), Long.remainderUnsigned(x.value(), divisor));
    }
    return divisor == 1 ? constantLike(a, 0) : binary("urem", a, constantLike(a, divisor));
  }

  public Value and(Value a, Value b) {
    return binary("and", a, b);
  }

  public Value or(Value a, Value b) {
    return binary("or", a, b);
  }

  public Value xor(Value a, Value b) {
    return binary("xor", a, b);
  }

  /** Shifts left by a constant, each lane for itself. */
  public Value shiftLeft(Value a, int bits) {
    return binary("shl", a, constantLike(a, bits));
  }

  /** Shifts left by fewer bits than a lane has, each lane by its own. */
  public Value shiftLeft(Value a, Value bits) {
    return binary("shl", a, bits);
  }

  /** Shifts right by fewer bits than a lane has, each lane by its own; zeros come in. */
  public Value shiftRightLogical(Value a, Value bits) {
    return binary("lshr", a, bits);
  }

  /** Shifts right by a constant, zeros come in. */
  public Value shiftRightLogical(Value a, int bits) {
    return binary("lshr", a, constantLike(a, bits));
  }

  /** Shifts right by a constant, the sign comes in. */
  public Value shiftRightArithmetic(Value a, int bits) {
    return binary("ashr", a, constantLike(a, bits));
  }

  /** The smaller of two unsigned. */
  public Value minUnsigned(Value a, Value b) {
    return extremum("umin", a, b, Compare.ULT);
  }

  /** The larger of two unsigned. */
  public Value maxUnsigned(Value a, Value b) {
    return extremum("umax", b, a, Compare.ULT);
  }

  /** The smaller of two signed. */
  public Value minSigned(Value a, Value b) {
    return extremum("smin", a, b, Compare.SLT);
  }

  /** The larger of two signed. */
  public Value maxSigned(Value a, Value b) {
    return extremum("smax", b, a, Compare.SLT);
  }

  /** i1, or a vector of them. */
  public Value compare(Compare how, Value a, Value b) {
    if (a instanceof Value.Constant x && b instanceof Value.Constant y) {
      return Value.of(Type.I1, how.holds(x.value(), y.value()) ? 1 : 0);
    }
    sameType(a, b);
    return result(
        Type.withElement(a.type(), Type.I1),
        "icmp " + lower(how) + " " + typed(a) + ", " + b.text());
  }

  /** {@code condition ? a : b}; lane by lane for a vector condition. */
  public Value select(Value condition, Value a, Value b) {
    if (condition instanceof Value.Constant known) {
      return known.value() != 0 ? a : b;
    }
    sameType(a, b);
    return result(a.type(), "select " + typed(condition) + ", " + typed(a) + ", " + typed(b));
  }

  // ---- widths and lanes

  /** Wider, sign kept; the same width writes nothing. */
  public Value signExtend(Value a, Type.Int element) {
    return convert("sext", a, element);
  }

  /** Wider, zeros on top; the same width writes nothing. */
  public Value zeroExtend(Value a, Type.Int element) {
    return convert("zext", a, element);
  }

  /** The low bits. */
  public Value truncate(Value a, Type.Int element) {
    return convert("trunc", a, element);
  }

  /** The same bits read as another type of the same size. */
  public Value bitcast(Value a, Type type) {
    if (a.type().equals(type)) {
      return a;
    }
    if (a.type().bits() != type.bits()) {
      throw new IllegalArgumentException(
          "bitcast of " + a.type().text() + " to " + type.text() + " changes its size");
    }
    return result(type, "bitcast " + typed(a) + " to " + type.text());
  }

  /** The scalar in each of so many lanes. */
  public Value splat(Value scalar, int lanes) {
    if (!(scalar.type() instanceof Type.Int element)) {
      throw new IllegalArgumentException("splat of a " + scalar.type().text());
    }
    Type.Vector type = element.x(lanes);
    if (scalar instanceof Value.Constant known) {
      return Value.splat(type, known.value());
    }
    Value first =
        result(type, "insertelement " + type.text() + " poison, " + typed(scalar) + ", i64 0");
    return shuffle(first, first, new int[lanes]);
  }

  /**
   * Picks lanes of two vectors of one type: lane i of the result is lane mask[i] of a followed by
   * b.
   */
  public Value shuffle(Value a, Value b, int... mask) {
    sameType(a, b);
    Type.Vector from = vector(a);
    String lanes =
        Arrays.stream(mask).mapToObj(lane -> "i32 " + lane).collect(Collectors.joining(", "));
    return result(
        from.element().x(mask.length),
        "shufflevector %s, %s, <%d x i32> <%s>".formatted(typed(a), typed(b), mask.length, lanes));
  }

  /** Lanes from..from+count of a vector. */
  public Value slice(Value a, int from, int count) {
    return from == 0 && count == vector(a).lanes()
        ? a
        : shuffle(a, a, IntStream.range(from, from + count).toArray());
  }

  /** Lanes of a, then lanes of b; both of one type. */
  public Value concat(Value a, Value b) {
    return shuffle(a, b, IntStream.range(0, 2 * vector(a).lanes()).toArray());
  }

  public Value extract(Value a, int lane) {
    return result(vector(a).element(), "extractelement " + typed(a) + ", i64 " + lane);
  }

  public Value insert(Value a, int lane, Value scalar) {
    return result(a.type(), "insertelement " + typed(a) + ", " + typed(scalar) + ", i64 " + lane);
  }

  // ---- memory; addresses in bytes

  /** The address {@code bytes} behind pointer. */
  public Value offset(Value pointer, Value bytes) {
    return isZero(bytes)
        ? pointer
        : result(Type.PTR, "getelementptr i8, " + typed(pointer) + ", " + typed(bytes));
  }

  public Value offset(Value pointer, long bytes) {
    return offset(pointer, Value.index(bytes));
  }

  /** Reads a value from an address that is a multiple of alignBytes. */
  public Value load(Type type, Value pointer, int alignBytes) {
    return result(type, "load " + type.text() + ", " + typed(pointer) + ", align " + alignBytes);
  }

  /** Writes a value to an address that is a multiple of alignBytes. */
  public void store(Value value, Value pointer, int alignBytes) {
    line("store " + typed(value) + ", " + typed(pointer) + ", align " + alignBytes);
  }

  // ---- calls

  /**
   * Calls an LLVM intrinsic, declared by itself. In an emulated module those of an architecture are
   * written out in plain IR.
   */
  public Value intrinsic(String name, Type type, Value... arguments) {
    if (emulated && isOfArchitecture(name)) {
      return Emulation.emit(this, name, type, arguments);
    }
    return result(type, call(type.text(), name, arguments));
  }

  /** Calls an LLVM intrinsic that returns nothing, as {@link #intrinsic}. */
  public void effect(String name, Value... arguments) {
    if (emulated && isOfArchitecture(name)) {
      TileEmulation.emitEffect(this, name, arguments);
    } else {
      line(call("void", name, arguments));
    }
  }

  private String call(String result, String name, Value... arguments) {
    declarations.add(
        "declare %s @%s(%s)".formatted(result, name, list(arguments, a -> a.type().text())));
    return "call %s @%s(%s)".formatted(result, name, list(arguments, Code::typed));
  }

  private static String list(Value[] arguments, Function<Value, String> text) {
    return Arrays.stream(arguments).map(text).collect(Collectors.joining(", "));
  }

  private static boolean isOfArchitecture(String name) {
    return OF_ARCHITECTURES.stream().anyMatch(name::startsWith);
  }

  /** The same vector, of which LLVM knows nothing any more: it cannot be hoisted or merged. */
  public Value opaque(Value value) {
    String register =
        switch (arch) {
          case X86_64 -> "x";
          case AARCH64 -> "w";
        };
    return result(
        value.type(),
        "call %s asm sideeffect \"\", \"=%s,0\"(%s)"
            .formatted(value.type().text(), register, typed(value)));
  }

  // ---- control flow

  /** Turns 0..count−1; count ≥ 1 is known. */
  public void loop(long count, Turn turn) {
    reduce(
        count,
        List.of(),
        (index, _) -> {
          turn.write(index);
          return List.of();
        });
  }

  /** Turns from..to−1, none where from ≥ to (signed). */
  public void loop(Value from, Value to, Turn turn) {
    reduce(
        from,
        to,
        List.of(),
        (index, _) -> {
          turn.write(index);
          return List.of();
        });
  }

  /**
   * Turns 0..count−1 that carry values; count ≥ 1 is known.
   *
   * @return what the last turn returned
   */
  public List<Value> reduce(long count, List<Value> start, CarryingTurn turn) {
    if (count < 1) {
      throw new IllegalArgumentException("a loop of " + count + " turns");
    }
    return count == 1
        ? turn.write(Value.index(0), start)
        : turns(Value.index(0), Value.index(count), start, turn);
  }

  /**
   * Turns from..to−1 that carry values, none where from ≥ to (signed).
   *
   * @return what the last turn returned, or start where there was none
   */
  public List<Value> reduce(Value from, Value to, List<Value> start, CarryingTurn turn) {
    if (from instanceof Value.Constant first
        && to instanceof Value.Constant end
        && end.value() - first.value() == 1) {
      return turn.write(first, start);
    }
    return choose(compare(Compare.SLT, from, to), () -> turns(from, to, start, turn), () -> start);
  }

  /**
   * The first index of from..to−1 (signed) for which the condition (i1) holds; {@code to} where
   * there is none.
   */
  public Value firstWhere(Value from, Value to, UnaryOperator<Value> condition) {
    String before = block;
    String head = newBlock("seek");
    String next = newBlock("next");
    String after = newBlock("found");
    line("br " + typed(compare(Compare.SLT, from, to)) + ", label %" + head + ", label %" + after);
    begin(head);
    Value index = newValue(Type.I64);
    int phi = lines.size();
    lines.add("");
    Value holds = condition.apply(index);
    String decided = block;
    line("br " + typed(holds) + ", label %" + after + ", label %" + next);
    begin(next);
    Value following = add(index, 1);
    line(
        "br "
            + typed(compare(Compare.SLT, following, to))
            + ", label %"
            + head
            + ", label %"
            + after);
    begin(after);
    lines.set(phi, assign(index, phi(Type.I64, from, before, following, next)));
    return result(
        Type.I64,
        phi(Type.I64, to, before, index, decided) + ", [ " + to.text() + ", %" + next + " ]");
  }

  /** Writes the body for the case that the condition (i1) holds. */
  public void when(Value condition, Runnable body) {
    choose(
        condition,
        () -> {
          body.run();
          return List.of();
        },
        List::of);
  }

  /**
   * One of two ways.
   *
   * @return for each value the one of the way taken; both ways return equal types
   */
  public List<Value> choose(Value condition, Supplier<List<Value>> yes, Supplier<List<Value>> no) {
    if (condition instanceof Value.Constant known) {
      return known.value() != 0 ? yes.get() : no.get();
    }
    String onYes = newBlock("yes");
    String onNo = newBlock("no");
    String after = newBlock("after");
    line("br " + typed(condition) + ", label %" + onYes + ", label %" + onNo);
    begin(onYes);
    List<Value> yesValues = yes.get();
    String yesEnd = block;
    line("br label %" + after);
    begin(onNo);
    List<Value> noValues = no.get();
    String noEnd = block;
    line("br label %" + after);
    begin(after);
    List<Value> merged = new ArrayList<>();
    for (int i = 0; i < yesValues.size(); i++) {
      Value a = yesValues.get(i);
      Value b = noValues.get(i);
      merged.add(a.equals(b) ? a : result(a.type(), phi(a.type(), a, yesEnd, b, noEnd)));
    }
    return merged;
  }

  private List<Value> turns(Value from, Value to, List<Value> start, CarryingTurn turn) {
    String before = block;
    String head = newBlock("loop");
    line("br label %" + head);
    begin(head);
    Value index = newValue(Type.I64);
    int firstPhi = lines.size();
    lines.add("");
    List<Value> carried = new ArrayList<>();
    for (Value value : start) {
      carried.add(newValue(value.type()));
      lines.add("");
    }
    List<Value> next = turn.write(index, List.copyOf(carried));
    Value nextIndex = add(index, 1);
    Value again = compare(Compare.SLT, nextIndex, to);
    String latch = block;
    String after = newBlock("done");
    line("br " + typed(again) + ", label %" + head + ", label %" + after);
    begin(after);
    lines.set(firstPhi, assign(index, phi(Type.I64, from, before, nextIndex, latch)));
    for (int i = 0; i < start.size(); i++) {
      Value value = start.get(i);
      lines.set(
          firstPhi + 1 + i,
          assign(carried.get(i), phi(value.type(), value, before, next.get(i), latch)));
    }
    return List.copyOf(next);
  }

  private static String phi(Type type, Value a, String fromA, Value b, String fromB) {
    return "phi %s [ %s, %%%s ], [ %s, %%%s ]"
        .formatted(type.text(), a.text(), fromA, b.text(), fromB);
  }

  private Value extremum(String name, Value a, Value b, Compare first) {
    if (a instanceof Value.Constant x && b instanceof Value.Constant y) {
      boolean less = first.holds(x.value(), y.value());
      return name.endsWith("min") == less ? a : b;
    }
    sameType(a, b);
    return intrinsic("llvm." + name + "." + mangled(a.type()), a.type(), a, b);
  }

  static String mangled(Type type) {
    return switch (type) {
      case Type.Int integer -> integer.text();
      case Type.Vector vector -> "v" + vector.lanes() + vector.element().text();
      case Type.Pointer _ -> "p0";
      case Type.Tile _ -> throw new IllegalArgumentException("no intrinsic is named after tiles");
    };
  }

  private Value binary(String operation, Value a, Value b) {
    sameType(a, b);
    return result(a.type(), operation + " " + typed(a) + ", " + b.text());
  }

  private Value convert(String operation, Value a, Type.Int element) {
    Type type = Type.withElement(a.type(), element);
    return type.equals(a.type())
        ? a
        : result(type, operation + " " + typed(a) + " to " + type.text());
  }

  private Value result(Type type, String instruction) {
    Value value = newValue(type);
    lines.add(assign(value, instruction));
    return value;
  }

  private Value newValue(Type type) {
    return new Value.Operand(type, "%v" + values++);
  }

  private static String assign(Value value, String instruction) {
    return "  " + value.text() + " = " + instruction;
  }

  private void line(String instruction) {
    lines.add("  " + instruction);
  }

  private String newBlock(String kind) {
    return kind + blocks++;
  }

  private void begin(String label) {
    lines.add(label + ":");
    block = label;
  }

  private static String typed(Value value) {
    return value.type().text() + " " + value.text();
  }

  private static boolean isZero(Value value) {
    return value instanceof Value.Constant known && known.value() == 0;
  }

  private static Value folded(Type.Int type, long value) {
    int unused = 64 - type.bits();
    return Value.of(type, value << unused >> unused);
  }

  private static Value constantLike(Value value, long constant) {
    return switch (value.type()) {
      case Type.Int integer -> Value.of(integer, constant);
      case Type.Vector vector -> Value.splat(vector, constant);
      case Type.Pointer _ -> throw new IllegalArgumentException("arithmetic on a pointer");
      case Type.Tile _ -> throw new IllegalArgumentException("arithmetic on a tile");
    };
  }

  private static Type.Vector vector(Value value) {
    if (value.type() instanceof Type.Vector vector) {
      return vector;
    }
    throw new IllegalArgumentException(value.type().text() + " is not a vector");
  }

  private static void sameType(Value a, Value b) {
    if (!a.type().equals(b.type())) {
      throw new IllegalArgumentException(
          "operands are " + a.type().text() + " and " + b.type().text() + ", must be one type");
    }
  }

  private static String lower(Compare how) {
    return how.name().toLowerCase(java.util.Locale.ROOT);
  }
}
