package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The loop nest of a {@link DepthwisePlan}.
 *
 * <pre>
 * units (image, block, tile of output rows), shared out to the parts
 *   vectors of the block, some together
 *     tiles of output columns
 *       input columns from left to right: fetch each group of rows once,
 *       and add it to every output position that it is a tap of
 * </pre>
 *
 * <p>Going by input columns keeps few sums alive: an output position is stored as soon as its last
 * column has passed. With lanes of multipliers, and with looped taps, the sums of a whole tile stay
 * alive and the taps go by instead.
 */
final class DepthwiseKernel {
  private final DepthwisePlan plan;
  private final int align;
  private final Map<List<Integer>, Integer> slots;

  /** Addresses of one unit: its first input row, its block's weights, its first output row. */
  private record Unit(Value act, Value wgt, Value out) {}

  /** One 32-bit sum vector of an output tile. */
  private record Position(int y, int x, int vector) {}

  /** Weights of one vector in one operand. */
  private record Weight(int slot, int other, int vector) {}

  private interface Weights {
    Value get(Weight which);
  }

  DepthwiseKernel(DepthwisePlan plan) {
    this.plan = plan;
    this.align = plan.lanes * Integer.BYTES;
    this.slots = plan.looped ? Map.of() : plan.slots();
  }

  /** Writes the body of {@code run(act, wgt, out, part, parts)}. */
  void emit(Code code) {
    int rowTiles = Math.ceilDiv(plan.window.oh(), plan.ohTile);
    long units = (long) plan.conv.n() * plan.blocks() * rowTiles;
    Value part = code.zeroExtend(code.param("part"), Type.I64);
    Value parts = code.zeroExtend(code.param("parts"), Type.I64);
    Value from = code.divide(code.mul(part, units), parts);
    Value to = code.divide(code.mul(code.add(part, 1), units), parts);
    code.loop(
        from,
        to,
        index -> {
          Value rowTile = code.remainder(index, rowTiles);
          Value block = code.divide(index, rowTiles);
          // The last tile ends with the output and may repeat rows of the one before.
          Value firstRow =
              code.minUnsigned(
                  code.mul(rowTile, plan.ohTile), Value.index(plan.window.oh() - plan.ohTile));
          Unit unit = unit(code, block, firstRow);
          for (int first = 0; first < plan.vectors; first += plan.together) {
            rows(code, unit, first);
          }
        });
  }

  /** Blocks are counted over all images. */
  private Unit unit(Code code, Value block, Value firstRow) {
    Value plane = code.divide(block, plan.blocksOfPlane());
    Value actRow = code.add(code.mul(plane, plan.rows), code.mul(firstRow, plan.window.strideH()));
    Value outRow = code.add(code.mul(block, plan.window.oh()), firstRow);
    return new Unit(
        code.offset(code.param("act"), code.mul(actRow, plan.rowBytes())),
        code.offset(
            code.param("wgt"),
            code.mul(code.remainder(block, plan.blocks()), plan.blockWeightBytes())),
        code.offset(code.param("out"), code.mul(outRow, plan.window.ow() * positionBytes())));
  }

  /** All columns of a tile of output rows, for the vectors first … first + together − 1. */
  private void rows(Code code, Unit unit, int first) {
    Weights weights = plan.held ? held(code, unit, first) : which -> load(code, unit, which);
    int columnTiles = Math.ceilDiv(plan.window.ow(), plan.owTile);
    code.loop(
        columnTiles,
        columnTile -> {
          Value firstColumn =
              code.minUnsigned(
                  code.mul(columnTile, plan.owTile), Value.index(plan.window.ow() - plan.owTile));
          Unit tile =
              new Unit(
                  code.offset(
                      unit.act(),
                      code.mul(firstColumn, (long) plan.window.strideW() * plan.planeChannels())),
                  unit.wgt(),
                  code.offset(unit.out(), code.mul(firstColumn, positionBytes())));
          if (plan.looped) {
            looped(code, tile, first);
          } else if (plan.overChannels) {
            byColumns(code, tile, first, weights);
          } else {
            byTaps(code, tile, first, weights);
          }
        });
  }

  private Weights held(Code code, Unit unit, int first) {
    Map<Weight, Value> loaded = new HashMap<>();
    for (int slot : slots.values()) {
      for (int other = 0; other < plan.otherTaps(); other++) {
        for (int vector = first; vector < first + plan.together; vector++) {
          Weight which = new Weight(slot, other, vector);
          loaded.put(which, load(code, unit, which));
        }
      }
    }
    return which -> {
      Value value = loaded.get(which);
      if (value == null) {
        throw new IllegalStateException("no weights of " + which);
      }
      return value;
    };
  }

  private Value load(Code code, Unit unit, Weight which) {
    return code.load(
        plan.leaf.weightType(plan.lanes),
        code.offset(unit.wgt(), plan.weightOffset(which.slot(), which.other(), which.vector())),
        Math.min(align, plan.weightVectorBytes()));
  }

  // ---- lanes are channels, taps unrolled

  private void byColumns(Code code, Unit tile, int first, Weights weights) {
    Map<Position, Value> sums = new HashMap<>();
    for (int column : plan.tileColumns()) {
      for (int group = 0; group < plan.rowGroups(); group++) {
        List<Value> fetched = fetchRows(code, tile.act(), plan.groupRows(group), column, first);
        for (int v = 0; v < plan.together; v++) {
          for (int part = 0; part < plan.leaf.parts().size(); part++) {
            addPart(code, tile, column, group, part, first + v, fetched.get(v), sums, weights);
          }
        }
      }
      storePassed(code, tile, column, first, sums);
    }
  }

  private void addPart(
      Code code,
      Unit tile,
      int column,
      int group,
      int part,
      int vector,
      Value fetched,
      Map<Position, Value> sums,
      Weights weights) {
    Value operand = null;
    for (int y = 0; y < plan.ohTile; y++) {
      List<Integer> taps = plan.tapsOf(y, group, part);
      Integer slot = slots.get(taps);
      if (slot == null) {
        continue;
      }
      for (int x = 0; x < plan.owTile; x++) {
        int tap = columnTap(column, x);
        if (tap == DepthwisePlan.NO_TAP) {
          continue;
        }
        if (operand == null) {
          operand = plan.leaf.operand(code, fetched, plan.lanes, part);
        }
        Position position = new Position(y, x, vector);
        Value sum = sums.computeIfAbsent(position, _ -> start(code, tile, vector));
        Value weight = weights.get(new Weight(slot, tap, vector));
        sums.put(position, plan.leaf.multiplyAdd(code, sum, operand, weight, plan.lanes));
      }
    }
  }

  /** The kernel column that output x has at an input column of the tile. */
  private int columnTap(int column, int x) {
    int distance = column - x * plan.window.strideW();
    boolean isTap =
        distance >= 0
            && distance % plan.window.dilationW() == 0
            && distance / plan.window.dilationW() < plan.window.kw();
    return isTap ? distance / plan.window.dilationW() : DepthwisePlan.NO_TAP;
  }

  /** Stores the outputs whose last tap is in this column. */
  private void storePassed(Code code, Unit tile, int column, int first, Map<Position, Value> sums) {
    for (int x = 0; x < plan.owTile; x++) {
      if (columnTap(column, x) == plan.window.kw() - 1) {
        for (int y = 0; y < plan.ohTile; y++) {
          storePosition(code, tile, y, x, first, sums);
        }
      }
    }
  }

  // ---- lanes are multipliers, taps unrolled

  private void byTaps(Code code, Unit tile, int first, Weights weights) {
    Map<Position, Value> sums = new HashMap<>();
    int parts = plan.leaf.parts().size();
    for (Position position : positions(first)) {
      Value sum = start(code, tile, position.vector());
      for (int r = 0; r < plan.window.kh(); r++) {
        for (int group = 0; group < plan.alignedGroups(); group++) {
          Value fetched =
              fetchColumns(
                  code,
                  tile.act(),
                  (long) position.y() * plan.window.strideH() + (long) r * plan.window.dilationH(),
                  group,
                  position.x());
          for (int part = 0; part < parts; part++) {
            Integer slot = slots.get(plan.alignedTaps(group, part));
            if (slot != null) {
              sum =
                  plan.leaf.multiplyAdd(
                      code,
                      sum,
                      plan.leaf.operand(code, fetched, plan.lanes, part),
                      weights.get(new Weight(slot, r, position.vector())),
                      plan.lanes);
            }
          }
        }
      }
      sums.put(position, sum);
    }
    storeAll(code, tile, first, sums);
  }

  // ---- taps looped

  /** One output row; groups of taps and the other axis' taps are loops that carry the sums. */
  private void looped(Code code, Unit tile, int first) {
    List<Position> positions = positions(first);
    List<Value> starts = new ArrayList<>();
    positions.forEach(position -> starts.add(start(code, tile, position.vector())));
    List<Value> sums =
        code.reduce(
            plan.alignedGroups(),
            starts,
            (group, outer) ->
                code.reduce(
                    plan.otherTaps(),
                    outer,
                    (other, carried) -> loopedTaps(code, tile, positions, group, other, carried)));
    Map<Position, Value> at = new HashMap<>();
    for (int i = 0; i < positions.size(); i++) {
      at.put(positions.get(i), sums.get(i));
    }
    storeAll(code, tile, first, at);
  }

  private List<Value> loopedTaps(
      Code code,
      Unit tile,
      List<Position> positions,
      Value group,
      Value other,
      List<Value> carried) {
    int parts = plan.leaf.parts().size();
    Value firstSlot = code.mul(group, parts);
    List<Value> next = new ArrayList<>();
    for (int i = 0; i < positions.size(); i++) {
      Position position = positions.get(i);
      Value fetched = fetchLooped(code, tile.act(), group, other, position);
      Value sum = carried.get(i);
      for (int part = 0; part < parts; part++) {
        Value place = code.add(code.mul(code.add(firstSlot, part), plan.otherTaps()), other);
        Value weight =
            code.load(
                plan.leaf.weightType(plan.lanes),
                code.offset(
                    code.offset(
                        tile.wgt(),
                        code.mul(place, (long) plan.vectors * plan.weightVectorBytes())),
                    plan.weightOffset(0, 0, position.vector())),
                Math.min(align, plan.weightVectorBytes()));
        sum =
            plan.leaf.multiplyAdd(
                code, sum, plan.leaf.operand(code, fetched, plan.lanes, part), weight, plan.lanes);
      }
      next.add(sum);
    }
    return next;
  }

  private List<Position> positions(int first) {
    List<Position> positions = new ArrayList<>();
    for (int y = 0; y < plan.ohTile; y++) {
      for (int x = 0; x < plan.owTile; x++) {
        for (int v = first; v < first + plan.together; v++) {
          positions.add(new Position(y, x, v));
        }
      }
    }
    return positions;
  }

  // ---- fetching a group of taps for one vector

  /**
   * Rows of one column, for each of the vectors: group bytes per lane, absent rows zero.
   *
   * @param rows counted from act, at most a group
   */
  private List<Value> fetchRows(Code code, Value act, List<Integer> rows, int column, int first) {
    List<Value> addresses =
        rows.stream()
            .map(row -> code.offset(act, row * plan.rowBytes() + (long) column * columnBytes()))
            .toList();
    return interleave(code, addresses, first, plan.together);
  }

  private List<Value> interleave(Code code, List<Value> addresses, int first, int count) {
    if (plan.leaf.group() == 1) {
      Value all = plan.leaf.widened(code, bytes(code, addresses.getFirst(), first, count));
      return IntStream.range(0, count)
          .mapToObj(v -> code.slice(all, v * plan.lanes, plan.lanes))
          .toList();
    }
    List<Value> vectors = new ArrayList<>();
    for (int v = first; v < first + count; v++) {
      vectors.add(
          plan.interleavedLanes()
              ? interleavedParts(code, addresses, v)
              : interleavedVector(code, addresses, v));
    }
    return vectors;
  }

  private Value bytes(Code code, Value address, int firstVector, int vectors) {
    int count = vectors * plan.lanes;
    return code.load(
        Type.I8.x(count),
        code.offset(address, (long) firstVector * plan.lanes),
        Integer.lowestOneBit(count));
  }

  /** Lane by lane the bytes of four rows, in the order of the channels. */
  private Value interleavedVector(Code code, List<Value> addresses, int vector) {
    List<Value> rows = new ArrayList<>();
    for (int i = 0; i < plan.leaf.group(); i++) {
      rows.add(
          i < addresses.size()
              ? bytes(code, addresses.get(i), vector, 1)
              : Value.zero(Type.I8.x(plan.lanes)));
    }
    Value firstPair = zip(code, rows.get(0), rows.get(1), 1, 0, plan.lanes);
    Value secondPair = zip(code, rows.get(2), rows.get(3), 1, 0, plan.lanes);
    return zip(code, firstPair, secondPair, 2, 0, plan.lanes);
  }

  /** As above, but each 128-bit part for itself, which is one instruction a round on x86. */
  private Value interleavedParts(Code code, List<Value> addresses, int vector) {
    List<Value> rows = new ArrayList<>();
    for (int i = 0; i < plan.leaf.group(); i++) {
      rows.add(
          i < addresses.size()
              ? bytes(code, addresses.get(i), 0, plan.vectors)
              : Value.zero(Type.I8.x(plan.blockLanes())));
    }
    Value firstPair = zipParts(code, rows.get(0), rows.get(1), 1, vector / 2);
    Value secondPair = zipParts(code, rows.get(2), rows.get(3), 1, vector / 2);
    return zipParts(code, firstPair, secondPair, 2, vector % 2);
  }

  /** Units of so many bytes from a and b in turn, count of each, starting at unit from. */
  private static Value zip(Code code, Value a, Value b, int unitBytes, int from, int count) {
    int bytes = a.type().bits() / Byte.SIZE;
    int[] mask = new int[2 * count * unitBytes];
    for (int i = 0; i < mask.length; i++) {
      int unit = from + i / unitBytes / 2;
      boolean second = i / unitBytes % 2 == 1;
      mask[i] = unit * unitBytes + i % unitBytes + (second ? bytes : 0);
    }
    return code.shuffle(a, b, mask);
  }

  /** Zips the lower (0) or upper (1) half of every 128-bit part. */
  private static Value zipParts(Code code, Value a, Value b, int unitBytes, int half) {
    int bytes = a.type().bits() / Byte.SIZE;
    int[] mask = new int[bytes];
    for (int i = 0; i < bytes; i++) {
      int inPart = i % 16;
      int unit = inPart / unitBytes / 2 + half * (8 / unitBytes);
      boolean second = inPart / unitBytes % 2 == 1;
      mask[i] = i / 16 * 16 + unit * unitBytes + i % unitBytes + (second ? bytes : 0);
    }
    return code.shuffle(a, b, mask);
  }

  /** A group of taps along a row, the same for every lane. */
  private Value fetchColumns(Code code, Value act, long row, int group, int x) {
    long column =
        (long) x * plan.window.strideW()
            + (long) group * plan.leaf.group() * plan.window.dilationW();
    int present = Math.min(plan.leaf.group(), plan.groupedTaps() - group * plan.leaf.group());
    Value address = code.offset(act, row * plan.rowBytes() + column);
    if (plan.leaf.group() > 1 && plan.window.dilationW() == 1) {
      return spread(code, code.load(Type.I32, address, 1));
    }
    List<Value> addresses =
        IntStream.range(0, present)
            .mapToObj(i -> code.offset(address, (long) i * plan.window.dilationW()))
            .toList();
    return gathered(code, addresses);
  }

  /** The taps of a group that a loop counts; a tap past the last one reads the last one. */
  private Value fetchLooped(Code code, Value act, Value group, Value other, Position position) {
    long y = (long) position.y() * plan.window.strideH();
    long x = (long) position.x() * plan.window.strideW();
    Value base = code.offset(act, y * plan.rowBytes() + x * columnBytes());
    Value aside =
        plan.overChannels
            ? code.mul(other, plan.window.dilationW() * columnBytes())
            : code.mul(other, plan.window.dilationH() * plan.rowBytes());
    long step =
        plan.overChannels
            ? plan.window.dilationH() * plan.rowBytes()
            : plan.window.dilationW() * columnBytes();
    List<Value> addresses = new ArrayList<>();
    for (int i = 0; i < plan.leaf.group(); i++) {
      Value tap =
          code.minUnsigned(
              code.add(code.mul(group, plan.leaf.group()), i), Value.index(plan.groupedTaps() - 1));
      addresses.add(code.offset(code.offset(base, aside), code.mul(tap, step)));
    }
    return plan.overChannels
        ? interleave(code, addresses, position.vector(), 1).getFirst()
        : gathered(code, addresses);
  }

  /** One byte from each address, in every lane. */
  private Value gathered(Code code, List<Value> addresses) {
    if (plan.leaf.group() == 1) {
      Value value = code.load(Type.I8, addresses.getFirst(), 1);
      return code.splat(plan.leaf.widened(code, value), plan.lanes);
    }
    Value quad = Value.zero(Type.I32);
    for (int i = 0; i < addresses.size(); i++) {
      Value value = code.zeroExtend(code.load(Type.I8, addresses.get(i), 1), Type.I32);
      quad = code.or(quad, code.shiftLeft(value, i * Byte.SIZE));
    }
    return spread(code, quad);
  }

  private Value spread(Code code, Value quad) {
    return code.bitcast(code.splat(quad, plan.lanes), Type.I8.x(4 * plan.lanes));
  }

  // ---- sums

  private Value start(Code code, Unit tile, int vector) {
    Type.Vector type = Type.I32.x(plan.lanes);
    if (plan.requantizer.isPresent()) {
      return plan.requantizer.get().start(code, constants(code, tile, vector));
    }
    return plan.leaf.signedActivations()
        ? code.load(
            type, code.offset(tile.wgt(), (long) vector * plan.lanes * Integer.BYTES), align)
        : Value.zero(type);
  }

  private void storeAll(Code code, Unit tile, int first, Map<Position, Value> sums) {
    for (int y = 0; y < plan.ohTile; y++) {
      for (int x = 0; x < plan.owTile; x++) {
        storePosition(code, tile, y, x, first, sums);
      }
    }
  }

  /** Stores the vectors first … first + together − 1 of a position: one by one, or as one. */
  private void storePosition(
      Code code, Unit tile, int y, int x, int first, Map<Position, Value> sums) {
    int joined = plan.joined ? plan.together : 1;
    for (int v = first; v < first + plan.together; v += joined) {
      List<Value> vectors = new ArrayList<>();
      for (int i = v; i < v + joined; i++) {
        Position position = new Position(y, x, i);
        Value sum = sums.get(position);
        if (sum == null) {
          throw new IllegalStateException("no taps met " + position);
        }
        vectors.add(sum);
      }
      store(code, tile, new Position(y, x, v), vectors);
    }
  }

  private void store(Code code, Unit tile, Position position, List<Value> sums) {
    long at =
        ((long) position.y() * plan.window.ow() + position.x()) * positionBytes()
            + (long) position.vector() * plan.lanes * plan.outElementBytes();
    int bytes = plan.lanes * plan.outElementBytes();
    Value result =
        plan.requantizer
            .map(
                r -> {
                  List<Requantizer.Constants> constants = new ArrayList<>();
                  for (int v = 0; v < sums.size(); v++) {
                    constants.add(r.load(code, constants(code, tile, position.vector() + v)));
                  }
                  return r.codes(code, sums, constants);
                })
            .orElseGet(sums::getFirst);
    code.store(result, code.offset(tile.out(), at), bytes);
  }

  private Value constants(Code code, Unit tile, int vector) {
    return plan.constants(code, tile.wgt(), Value.index(vector));
  }

  private long columnBytes() {
    return plan.planeChannels();
  }

  /** Bytes of one output position in a block. */
  private long positionBytes() {
    return (long) plan.blockLanes() * plan.outElementBytes();
  }
}
