package dev.octune.kernels.codegen;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.Code.Compare;
import dev.octune.kernels.ir.IrModule;
import dev.octune.kernels.ir.Param;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.workload.Padding;
import java.util.List;

/** The pack and unpack functions of a {@link DepthwisePlan}: plain loops over single elements. */
final class DepthwisePacking {
  /** Turns a u8 code into the s8 value 128 below it. */
  private static final int SIGN_FLIP = 0x80;

  private final DepthwisePlan plan;

  DepthwisePacking(DepthwisePlan plan) {
    this.plan = plan;
  }

  void emit(IrModule module, String packAct, String packWgt, String unpackOut) {
    module.function(packAct, List.of(Param.read("plain"), Param.write("act")), this::packAct);
    module.function(packWgt, List.of(Param.read("plain"), Param.write("wgt")), this::packWgt);
    module.function(unpackOut, List.of(Param.read("out"), Param.write("plain")), this::unpackOut);
  }

  /** act[b, plane, y, x, p] = plain[b, plane·planeChannels + p, y − top, x − left], azp outside. */
  private void packAct(Code code) {
    Value plain = code.param("plain");
    Value act = code.param("act");
    int azp = plan.conv.numerics().azp();
    int flip = plan.leaf.signedActivations() ? SIGN_FLIP : 0;
    Padding pad = plan.window.pad();
    int channels = plan.planeChannels();
    code.loop(
        plan.conv.n(),
        image ->
            code.loop(
                plan.planes(),
                plane ->
                    code.loop(
                        plan.rows,
                        row ->
                            code.loop(
                                plan.columns,
                                column ->
                                    code.loop(
                                        channels,
                                        position -> {
                                          Value channel =
                                              code.add(code.mul(plane, channels), position);
                                          Value y = code.sub(row, Value.index(pad.top()));
                                          Value x = code.sub(column, Value.index(pad.left()));
                                          Value inside =
                                              all(
                                                  code,
                                                  below(code, channel, plan.conv.c()),
                                                  below(code, y, plan.window.ih()),
                                                  below(code, x, plan.window.iw()));
                                          Value from =
                                              at(
                                                  code,
                                                  List.of(image, channel, y, x),
                                                  plan.conv.c(),
                                                  plan.window.ih(),
                                                  plan.window.iw());
                                          Value to =
                                              at(
                                                  code,
                                                  List.of(image, plane, row, column, position),
                                                  plan.planes(),
                                                  plan.rows,
                                                  plan.columns,
                                                  channels);
                                          Value value = loadIf(code, inside, plain, from, azp);
                                          code.store(
                                              code.xor(value, Value.of(Type.I8, flip)),
                                              code.offset(act, to),
                                              1);
                                        })))));
    Value slack = code.offset(act, plan.actBytes() - DepthwisePlan.SLACK_BYTES);
    code.store(Value.zero(Type.I32), slack, 1);
  }

  private void packWgt(Code code) {
    Value plain = code.param("plain");
    Value wgt = code.param("wgt");
    code.loop(
        plan.blocks(),
        block -> {
          Value target = code.offset(wgt, code.mul(block, plan.blockWeightBytes()));
          code.loop(
              plan.vectors,
              vector ->
                  code.loop(
                      plan.lanes, lane -> packLane(code, plain, target, block, vector, lane)));
        });
  }

  /** All weights of one output channel. */
  private void packLane(
      Code code, Value plain, Value target, Value block, Value vector, Value lane) {
    Channel channel = channel(code, block, vector, lane);
    int taps = plan.window.kh() * plan.window.kw();
    // A channel that only fills a vector up has no weights behind the plain ones.
    Value stored = code.select(channel.exists(), channel.output(), Value.index(0));
    Value weights = code.offset(plain, code.mul(stored, taps));
    if (plan.keepsSums()) {
      Value sum =
          code.reduce(
                  taps,
                  List.of(Value.zero(Type.I32)),
                  (tap, carried) ->
                      List.of(
                          code.add(
                              carried.getFirst(), weight(code, weights, tap, channel.exists()))))
              .getFirst();
      code.store(
          plan.requantizer.isPresent() ? sum : code.mul(sum, SIGN_FLIP),
          sumOf(code, target, vector, lane),
          Integer.BYTES);
    }
    Value lanes =
        code.offset(
            target,
            code.add(
                code.mul(vector, plan.weightVectorBytes()),
                code.mul(lane, (long) plan.leaf.tapsOfPart() * plan.leaf.weightBytes())));
    code.loop(
        plan.otherTaps(),
        other -> {
          if (plan.looped) {
            code.loop(
                plan.alignedGroups(),
                group -> packAligned(code, weights, lanes, group, other, channel));
          } else {
            plan.slots()
                .forEach(
                    (slotTaps, slot) -> {
                      for (int i = 0; i < slotTaps.size(); i++) {
                        Value tap = Value.index(slotTaps.get(i));
                        storeWeight(
                            code, weights, lanes, Value.index(slot), other, i, tap, channel);
                      }
                    });
          }
        });
  }

  /** Where a block keeps the sum of a channel's weights. */
  private Value sumOf(Code code, Value block, Value vector, Value lane) {
    Value position = code.add(code.mul(vector, plan.lanes), lane);
    return code.offset(code.offset(block, plan.sumsOffset()), code.mul(position, Integer.BYTES));
  }

  /** Writes the constants of every lane; one that only fills a vector up has another's. */
  void packQuant(IrModule module, String name, QuantParameters parameters) {
    Requantizer requantizer = plan.requantizer.orElseThrow();
    parameters.function(
        module,
        name,
        plan.conv.oc(),
        (code, wgt, channels) ->
            code.loop(
                plan.blocks(),
                block -> {
                  Value target = code.offset(wgt, code.mul(block, plan.blockWeightBytes()));
                  code.loop(
                      plan.vectors,
                      vector ->
                          code.loop(
                              plan.lanes,
                              lane -> {
                                Channel channel = channel(code, block, vector, lane);
                                Value stored =
                                    code.select(channel.exists(), channel.output(), Value.index(0));
                                requantizer.packChannel(
                                    code,
                                    plan.constants(code, target, vector),
                                    lane,
                                    code.load(
                                        Type.I32, sumOf(code, target, vector, lane), Integer.BYTES),
                                    plan.actOffset(),
                                    channels.at(code, stored));
                              }));
                }));
  }

  private void packAligned(
      Code code, Value weights, Value lanes, Value group, Value other, Channel channel) {
    List<List<Integer>> parts = plan.leaf.parts();
    for (int part = 0; part < parts.size(); part++) {
      Value slot = code.add(code.mul(group, parts.size()), part);
      for (int i = 0; i < parts.get(part).size(); i++) {
        Value tap = code.add(code.mul(group, plan.leaf.group()), parts.get(part).get(i));
        storeWeight(code, weights, lanes, slot, other, i, tap, channel);
      }
    }
  }

  /** Element i of a lane in an operand: the weight of a tap, or zero where there is none. */
  private void storeWeight(
      Code code,
      Value weights,
      Value lanes,
      Value slot,
      Value other,
      int i,
      Value tap,
      Channel channel) {
    int kw = plan.window.kw();
    Value exists = all(code, channel.exists(), below(code, tap, plan.groupedTaps()));
    Value index =
        plan.overChannels ? code.add(code.mul(tap, kw), other) : code.add(code.mul(other, kw), tap);
    Type.Int element = new Type.Int(plan.leaf.weightBytes() * Byte.SIZE);
    Value place = code.add(code.mul(slot, plan.otherTaps()), other);
    Value to =
        code.add(
            code.mul(place, (long) plan.vectors * plan.weightVectorBytes()),
            plan.startBytes() + (long) i * plan.leaf.weightBytes());
    code.store(
        code.truncate(weight(code, weights, index, exists), element),
        code.offset(lanes, to),
        plan.leaf.weightBytes());
  }

  /** The effective weight wgt − wzp as i32, zero where the tap doesn't exist. */
  private Value weight(Code code, Value weights, Value index, Value exists) {
    Value stored = loadIf(code, exists, weights, index, 0);
    if (plan.conv.numerics().wgt().signed()) {
      return code.signExtend(stored, Type.I32);
    }
    Value effective =
        code.sub(code.zeroExtend(stored, Type.I32), Value.of(Type.I32, plan.conv.numerics().wzp()));
    return code.select(exists, effective, Value.zero(Type.I32));
  }

  /** plain[b, channel, y, x] = out[b, block, y, x, vector, lane] for the channels that exist. */
  private void unpackOut(Code code) {
    Value out = code.param("out");
    Value plain = code.param("plain");
    int oh = plan.window.oh();
    int ow = plan.window.ow();
    code.loop(
        plan.conv.n(),
        image ->
            code.loop(
                plan.blocks(),
                block ->
                    code.loop(
                        plan.vectors,
                        vector ->
                            code.loop(
                                plan.lanes,
                                lane -> {
                                  Channel channel = channel(code, block, vector, lane);
                                  code.when(
                                      channel.exists(),
                                      () ->
                                          code.loop(
                                              oh,
                                              y ->
                                                  code.loop(
                                                      ow,
                                                      x -> {
                                                        Value from =
                                                            at(
                                                                code,
                                                                List.of(
                                                                    image, block, y, x, vector,
                                                                    lane),
                                                                plan.blocks(),
                                                                oh,
                                                                ow,
                                                                plan.vectors,
                                                                plan.lanes);
                                                        Value to =
                                                            at(
                                                                code,
                                                                List.of(
                                                                    image, channel.output(), y, x),
                                                                plan.conv.oc(),
                                                                oh,
                                                                ow);
                                                        unpackOutput(
                                                            code,
                                                            elementOf(code, out, from),
                                                            elementOf(code, plain, to));
                                                      })));
                                }))));
  }

  /** An output channel of the plain tensor; it exists (i1) unless it only fills a vector up. */
  private record Channel(Value output, Value exists) {}

  private Channel channel(Code code, Value block, Value vector, Value lane) {
    Value inBlock =
        plan.interleavedLanes()
            ? code.add(
                code.add(code.mul(code.divide(lane, 4), 16), code.mul(vector, 4)),
                code.remainder(lane, 4))
            : code.add(code.mul(vector, plan.lanes), lane);
    Value outer = code.divide(block, plan.blocksOfPlane());
    Value inner = code.remainder(block, plan.blocksOfPlane());
    if (plan.overChannels) {
      Value channel = code.add(code.mul(outer, plan.blockLanes()), inBlock);
      return new Channel(
          code.add(code.mul(channel, plan.conv.m()), inner), below(code, channel, plan.conv.c()));
    }
    Value multiplier = code.add(code.mul(inner, plan.blockLanes()), inBlock);
    return new Channel(
        code.add(code.mul(outer, plan.conv.m()), multiplier),
        below(code, multiplier, plan.conv.m()));
  }

  /** The index of an element; extents are those of all axes but the first. */
  private static Value at(Code code, List<Value> indices, int... extents) {
    Value index = indices.getFirst();
    for (int axis = 0; axis < extents.length; axis++) {
      index = code.add(code.mul(index, extents[axis]), indices.get(axis + 1));
    }
    return index;
  }

  /** A byte, or a constant instead where it must not be read. */
  private static Value loadIf(Code code, Value condition, Value base, Value index, int instead) {
    Value safe = code.select(condition, index, Value.index(0));
    return code.select(
        condition,
        code.load(Type.I8, code.offset(base, safe), 1),
        Value.of(Type.I8, (byte) instead));
  }

  private void unpackOutput(Code code, Value from, Value to) {
    int bytes = plan.outElementBytes();
    code.store(code.load(new Type.Int(bytes * Byte.SIZE), from, bytes), to, bytes);
  }

  private Value elementOf(Code code, Value base, Value index) {
    return code.offset(base, code.mul(index, plan.outElementBytes()));
  }

  /** 0 ≤ index < limit. */
  private static Value below(Code code, Value index, int limit) {
    return code.compare(Compare.ULT, index, Value.index(limit));
  }

  private static Value all(Code code, Value first, Value... others) {
    Value all = first;
    for (Value other : others) {
      all = code.and(all, other);
    }
    return all;
  }
}
