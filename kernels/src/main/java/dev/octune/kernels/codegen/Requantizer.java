package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.target.Arch;
import dev.octune.kernels.workload.Output;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The end of a kernel whose output is requantized: from the sums of a vector of output channels to
 * their codes, with a block of constants for each such vector. What a code is says {@code
 * kernels.reference.Requantization}; that this is the same, bit for bit, is shown here.
 *
 * <p>Let x be a sum, m its multiplier in [0, 2^31) and s its shift in [−31, 30]. Sums start from
 * bias + (offset − azp) · Σ w, so x is already what is to be scaled. Everything is done in 64-bit
 * lanes and with one right shift by r, of which a constant 2^62 keeps its operand from being
 * negative: a logical shift serves, which every instruction set has, and ⌊(v + 2^62) / 2^r⌋ = ⌊v /
 * 2^r⌋ + 2^(62 − r) exactly for r ≤ 62. Only the low word of the result counts, and 2^(62 − r) is
 * taken off together with adding the output's zero point.
 *
 * <p><b>Rounded once:</b> ⌊(x·m + 2^(r − 1)) / 2^r⌋ with r = 31 − s in [1, 62]. As |x·m| ≤ 2^62 and
 * 2^(r − 1) ≤ 2^61, x·m + 2^(r − 1) + 2^62 lies in [0, 2^64).
 *
 * <p><b>Rounded twice:</b> with y = x · 2^max(s, 0) modulo 2^32, e = max(−s, 0) and T = y·m + 2^30,
 * the rounding doubling high multiply is h = ⌊T / 2^31⌋; it cannot saturate, as m ≥ 0. Dividing h
 * by 2^e, ties away from zero, is ⌊(h + 2^(e − 1) − [h < 0]) / 2^e⌋ for e ≥ 1: where h ≥ 0 that
 * rounds ties up; where h = −(k + 1/2) · 2^e it is ⌊−k − 2^−e⌋ = −k − 1, and other negative h keep
 * their nearest since they are integers. Floors of floors are one floor, [h < 0] = [T < 0], and so
 * the result is ⌊(T + 2^(r − 1) − 2^31 · [T < 0]) / 2^r⌋ with r = 31 + e in [32, 62]; for e = 0 it
 * is ⌊T / 2^31⌋. As T lies in (−2^62, 2^62 − 2^31], bit 62 of T + 2^62 is [T ≥ 0], and 2^31 · [T ≥
 * 0] − 2^31 is what has to be added.
 *
 * <p>Clamping first to the type's ends, then to lo and hi in bytes, is clamping to both: {@link
 * #packChannel} brings lo and hi into the type's range.
 *
 * @param lanes output channels of a vector of sums
 */
record Requantizer(Output out, int lanes, WideHalves halves) {
  private static final int BLOCK_ALIGN_BYTES = 64;

  /** Keeps what is shifted right from being negative. */
  private static final long LIFT = 1L << 62;

  private static final int MULTIPLIER_BITS = 31;

  private static final int ONCE_OPERATIONS = 17;
  private static final int TWICE_OPERATIONS = 26;

  /** Those of them that narrow and clamp bytes. */
  private static final int NARROWING_OPERATIONS = 5;

  /** What every field of a block begins with a multiple of, and how large it is. */
  private enum Field {
    /** s32: bias + (offset − azp) · Σ w. */
    START,
    /** s32: max(s, 0). Rounded twice only. */
    LEFT,
    /** m. */
    FACTOR,
    /** 2^31 where e ≥ 1, else 0. Rounded twice only. */
    SIGN_MASK,
    /** i64: what is added before the right shift. */
    ADDEND,
    /** i64: r. */
    RIGHT,
    /** s32: the output's zero point less 2^(62 − r). */
    ZERO,
    /** A byte: the least code. */
    LO,
    /** A byte: the largest code. */
    HI
  }

  /** The parameters of one output channel: s32 each. */
  record Channel(
      Value bias, Value multiplier, Value shift, Value azp, Value outZero, Value lo, Value hi) {}

  /** Empty where sums leave the kernel as they are. */
  static Optional<Requantizer> of(Output out, int lanes, Arch arch) {
    return out.isRequantized()
        ? Optional.of(new Requantizer(out, lanes, WideHalves.of(arch)))
        : Optional.empty();
  }

  /**
   * Instructions that make codes of a vector of sums, on x86.
   *
   * @param joined vectors whose codes are narrowed together
   */
  double operations(int joined) {
    int all = out.roundsOnce() ? ONCE_OPERATIONS : TWICE_OPERATIONS;
    return all - NARROWING_OPERATIONS + (double) NARROWING_OPERATIONS / joined;
  }

  /** Bytes of the constants of one vector; they start at a multiple of 64. */
  long blockBytes() {
    return Math.ceilDiv(endOf(Field.HI), BLOCK_ALIGN_BYTES) * (long) BLOCK_ALIGN_BYTES;
  }

  /** Says how the constants stand; what they are the workload says. */
  String text() {
    return "constants=" + lanes;
  }

  // ---- in the kernel

  /** What the sums of a vector start from, s32. */
  Value start(Code code, Value block) {
    return words(code, block, Field.START);
  }

  /** The constants of a vector, loaded once for all the positions that they serve. */
  Constants load(Code code, Value block) {
    return new Constants(
        out.roundsOnce() ? Optional.empty() : Optional.of(words(code, block, Field.LEFT)),
        perHalf(half -> halves.loadFactor(code, halfField(code, block, Field.FACTOR, half), lanes)),
        out.roundsOnce() ? List.of() : perHalf(half -> wides(code, block, Field.SIGN_MASK, half)),
        perHalf(half -> wides(code, block, Field.ADDEND, half)),
        perHalf(half -> wides(code, block, Field.RIGHT, half)),
        words(code, block, Field.ZERO),
        code.load(Type.I8.x(lanes), field(code, block, Field.LO), lanes),
        code.load(Type.I8.x(lanes), field(code, block, Field.HI), lanes));
  }

  /** The fields of a block in registers, those in 64-bit lanes for each half. */
  record Constants(
      Optional<Value> left,
      List<Value> factor,
      List<Value> signMask,
      List<Value> addend,
      List<Value> right,
      Value zero,
      Value lo,
      Value hi) {}

  /** The codes of a vector of sums, i8. */
  Value codes(Code code, Value sums, Constants with) {
    return codes(code, List.of(sums), List.of(with));
  }

  /**
   * The codes of vectors of sums, i8, one behind the other: narrowing and clamping are done once
   * for all of them.
   *
   * @param sums a power of two of vectors
   */
  Value codes(Code code, List<Value> sums, List<Constants> with) {
    List<Value> vectors = new ArrayList<>();
    for (int v = 0; v < sums.size(); v++) {
      vectors.add(unclamped(code, sums.get(v), with.get(v)));
    }
    Value joined = joined(code, vectors);
    Type.Vector words = Type.I32.x(lanes * sums.size());
    Value held =
        code.maxSigned(
            code.minSigned(joined, Value.splat(words, out.max())), Value.splat(words, out.min()));
    // Every channel has the same ends.
    Constants any = with.getFirst();
    return clamped(
        code,
        code.truncate(held, Type.I8),
        joined(code, Collections.nCopies(sums.size(), any.lo())),
        joined(code, Collections.nCopies(sums.size(), any.hi())));
  }

  /** Codes before they are clamped, s32. */
  private Value unclamped(Code code, Value sums, Constants with) {
    Value scaled = with.left().map(left -> code.shiftLeft(sums, left)).orElse(sums);
    List<Value> wide = perHalf(half -> shifted(code, scaled, with, half));
    return code.add(halves.narrow(code, wide.get(0), wide.get(1)), with.zero());
  }

  private static Value joined(Code code, List<Value> vectors) {
    if (vectors.size() == 1) {
      return vectors.getFirst();
    }
    int middle = vectors.size() / 2;
    return code.concat(
        joined(code, vectors.subList(0, middle)),
        joined(code, vectors.subList(middle, vectors.size())));
  }

  /** One half of the lanes, scaled, in the low words of 64-bit lanes. */
  private Value shifted(Code code, Value scaled, Constants with, int half) {
    Type.Vector type = WideHalves.wideType(lanes);
    Value lifted = code.mul(halves.wide(code, scaled, half), with.factor().get(half));
    if (!out.roundsOnce()) {
      lifted = code.add(lifted, Value.splat(type, LIFT + (1L << (MULTIPLIER_BITS - 1))));
      Value notNegative =
          code.and(code.shiftRightLogical(lifted, MULTIPLIER_BITS), with.signMask().get(half));
      lifted = code.add(lifted, notNegative);
    }
    return code.shiftRightLogical(
        code.add(lifted, with.addend().get(half)), with.right().get(half));
  }

  private static List<Value> perHalf(IntFunction<Value> value) {
    return WideHalves.HALVES.stream().map(value::apply).toList();
  }

  private Value clamped(Code code, Value codes, Value lo, Value hi) {
    return out.min() < 0
        ? code.minSigned(code.maxSigned(codes, lo), hi)
        : code.minUnsigned(code.maxUnsigned(codes, lo), hi);
  }

  // ---- in the packing

  /**
   * Writes the constants of one channel.
   *
   * @param block of its vector
   * @param lane its place there, i64
   * @param weightSum Σ (wgt − wzp) over the weights that meet in it, s32
   * @param offset what packed activations are stored less
   */
  void packChannel(
      Code code, Value block, Value lane, Value weightSum, int offset, Channel channel) {
    Value zero = Value.of(Type.I32, 0);
    Value one = Value.index(1);
    Value reach = code.sub(Value.of(Type.I32, offset), channel.azp());
    storeWord(code, block, lane, Field.START, code.add(channel.bias(), code.mul(reach, weightSum)));
    // 31 − s where rounded once, 31 + max(−s, 0) where twice.
    Value right32 = out.roundsOnce() ? channel.shift() : code.minSigned(channel.shift(), zero);
    Value right = code.zeroExtend(code.sub(Value.of(Type.I32, MULTIPLIER_BITS), right32), Type.I64);
    Value half = code.shiftLeft(one, code.sub(right, one));
    if (out.roundsOnce()) {
      storeWide(code, block, lane, Field.ADDEND, code.add(half, LIFT));
    } else {
      storeWord(code, block, lane, Field.LEFT, code.maxSigned(channel.shift(), zero));
      Value divides = code.compare(Code.Compare.SLT, channel.shift(), zero);
      Value none = Value.index(0);
      Value unit = Value.index(1L << MULTIPLIER_BITS);
      storeWide(code, block, lane, Field.SIGN_MASK, code.select(divides, unit, none));
      storeWide(code, block, lane, Field.ADDEND, code.select(divides, code.sub(half, unit), none));
    }
    storeWide(code, block, lane, Field.RIGHT, right);
    storeFactor(code, block, lane, channel.multiplier());
    Value lifted = code.shiftLeft(one, code.sub(Value.index(62), right));
    storeWord(
        code,
        block,
        lane,
        Field.ZERO,
        code.sub(channel.outZero(), code.truncate(lifted, Type.I32)));
    // Where lo > hi every code is hi; then both bytes are.
    Value hi = code.minSigned(channel.hi(), Value.of(Type.I32, out.max()));
    Value lo = code.minSigned(code.maxSigned(channel.lo(), Value.of(Type.I32, out.min())), hi);
    storeByte(code, block, lane, Field.LO, lo);
    storeByte(code, block, lane, Field.HI, hi);
  }

  private void storeByte(Code code, Value block, Value lane, Field field, Value word) {
    code.store(
        code.truncate(word, Type.I8), code.offset(field(code, block, field), lane), Byte.BYTES);
  }

  private void storeWord(Code code, Value block, Value lane, Field field, Value word) {
    code.store(
        word, code.offset(field(code, block, field), code.mul(lane, Integer.BYTES)), Integer.BYTES);
  }

  private void storeWide(Code code, Value block, Value lane, Field field, Value wide) {
    storeInHalves(code, block, lane, field, wide);
  }

  private void storeFactor(Code code, Value block, Value lane, Value multiplier) {
    Value factor = code.zeroExtend(multiplier, halves.factorElement());
    storeInHalves(code, block, lane, Field.FACTOR, factor);
  }

  private void storeInHalves(Code code, Value block, Value lane, Field field, Value value) {
    int bytes = value.type().bits() / Byte.SIZE;
    Value place = halves.inHalves(code, lane, lanes);
    code.store(value, code.offset(field(code, block, field), code.mul(place, bytes)), bytes);
  }

  // ---- where fields stand

  private Value words(Code code, Value block, Field field) {
    return code.load(Type.I32.x(lanes), field(code, block, field), lanes * Integer.BYTES);
  }

  private Value wides(Code code, Value block, Field field, int half) {
    Type.Vector type = WideHalves.wideType(lanes);
    return code.load(type, halfField(code, block, field, half), type.bits() / Byte.SIZE);
  }

  private Value halfField(Code code, Value block, Field field, int half) {
    return code.offset(field(code, block, field), (long) half * bytesOf(field) / 2);
  }

  private Value field(Code code, Value block, Field field) {
    return code.offset(block, (long) endOf(field) - bytesOf(field));
  }

  private int endOf(Field field) {
    return IntStream.rangeClosed(0, indexOf(field)).map(i -> bytesOf(FIELDS.get(i))).sum();
  }

  private int bytesOf(Field field) {
    return switch (field) {
      case START, ZERO -> lanes * Integer.BYTES;
      case LEFT -> out.roundsOnce() ? 0 : lanes * Integer.BYTES;
      case FACTOR -> lanes * halves.factorElement().bits() / Byte.SIZE;
      case SIGN_MASK -> out.roundsOnce() ? 0 : lanes * Long.BYTES;
      case ADDEND, RIGHT -> lanes * Long.BYTES;
      case LO, HI -> lanes;
    };
  }

  private static final List<Field> FIELDS = List.of(Field.values());

  private static int indexOf(Field field) {
    return FIELDS.indexOf(field);
  }
}
