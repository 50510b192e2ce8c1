package dev.octune.kernels.codegen;

import static dev.octune.kernels.codegen.Steps.along;

import dev.octune.kernels.ir.Code;
import dev.octune.kernels.ir.IrModule;
import dev.octune.kernels.ir.Param;
import dev.octune.kernels.ir.Type;
import dev.octune.kernels.ir.Value;
import dev.octune.kernels.weights.ChannelOrder;
import dev.octune.kernels.weights.WeightStore;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Writes the functions that carry plain operands into a {@link PackedLayout} and back. */
record PackingCode(PackedLayout layout) {
  private static final int FILL_BYTES = 32;

  void emit(IrModule module, String packAct, String packWgt, String unpackOut) {
    List<Param> pack = List.of(Param.read("plain"), Param.write("packed"));
    order().ifPresent(order -> module.table(orderTable(order), Type.I16, order.channels()));
    module.function(packAct, pack, this::packAct);
    module.function(packWgt, pack, this::packWgt);
    module.function(
        unpackOut, List.of(Param.read("packed"), Param.write("plain")), this::unpackOut);
  }

  private void packAct(Code code) {
    Contraction conv = layout.conv();
    Contraction.ActStrides plain = conv.act();
    Window window = conv.window();
    int element = layout.actElementBytes();
    if (layout.hasFilling()) {
      fillActivations(code, conv.numerics().azp() - layout.offset());
    }
    int rows = Math.min(window.ih(), layout.rows() - layout.top());
    int columns = Math.min(window.iw(), layout.columns() - layout.left());
    Value corner =
        code.offset(
            code.param("packed"),
            layout.top() * layout.actRowBytes() + layout.left() * layout.actColumnBytes());
    Value start = code.param("plain");
    Axis batch = new Axis(conv.batches(), plain.batch(), layout.actBatchBytes());
    Axis row = new Axis(rows, plain.y(), layout.actRowBytes());
    Axis column = new Axis(columns, plain.x(), layout.actColumnBytes());
    walk(
        code,
        start,
        corner,
        batch,
        (batchFrom, batchTo) ->
            blocks(
                code,
                conv.ic(),
                layout.columnChannels(),
                (block, channels) -> {
                  Value from =
                      along(code, batchFrom, block, layout.columnChannels() * plain.channel());
                  Value to = along(code, batchTo, block, layout.actBlockBytes());
                  if (order().isPresent()) {
                    packInOrder(code, batchFrom, to, block, channels, List.of(row, column));
                    return;
                  }
                  Axis channel = new Axis(channels, plain.channel(), element);
                  // The axis that is dense in the plain buffer runs innermost.
                  List<Axis> nest =
                      plain.x() == 1
                          ? List.of(row, channel, column)
                          : List.of(row, column, channel);
                  walk(code, from, to, nest, (read, write) -> packActivation(code, read, write));
                }));
  }

  /** Packs the planes of a block's channels one after another, each from where the order says. */
  private void packInOrder(
      Code code, Value from, Value to, Value block, Value channels, List<Axis> plane) {
    Value first = code.mul(block, layout.columnChannels());
    code.loop(
        Value.index(0),
        channels,
        place -> {
          Value channel = channelAt(code, code.add(first, place));
          walk(
              code,
              along(code, from, channel, layout.conv().act().channel()),
              along(code, to, place, layout.actElementBytes()),
              plane,
              (read, write) -> packActivation(code, read, write));
        });
  }

  private Optional<ChannelOrder> order() {
    return layout.listing().flatMap(Listing::order);
  }

  private static String orderTable(ChannelOrder order) {
    return "octune_order_" + order.hash().substring(WeightStore.PREFIX.length());
  }

  /** The input channel that stands at a position. */
  private Value channelAt(Code code, Value position) {
    return order()
        .map(
            order -> {
              Value entry = along(code, code.symbol(orderTable(order)), position, Short.BYTES);
              return code.zeroExtend(code.load(Type.I16, entry, Short.BYTES), Type.I64);
            })
        .orElse(position);
  }

  private void packActivation(Code code, Value read, Value write) {
    Value wide = code.zeroExtend(code.load(Type.I8, read, 1), Type.I16);
    Value shifted = code.sub(wide, Value.of(Type.I16, layout.offset()));
    for (int plane = 0; plane < layout.actForm().planes(); plane++) {
      Value part = layout.actForm().plane(code, shifted, plane);
      code.store(
          code.truncate(part, layout.actElement()),
          code.offset(write, plane * layout.actPlaneBytes()),
          layout.actElementBytes());
    }
  }

  /** Writes what stands outside the input everywhere. */
  private void fillActivations(Code code, int outside) {
    Type.Int element = layout.actElement();
    ActForm form = layout.actForm();
    if (IntStream.range(1, form.planes())
        .allMatch(plane -> form.plane(outside, plane) == form.plane(outside, 0))) {
      fill(code, layout.actBytes(), Value.of(element, form.plane(outside, 0)));
      return;
    }
    long planeBytes = layout.actPlaneBytes();
    code.loop(
        layout.actBytes() / (form.planes() * planeBytes),
        column -> {
          for (int plane = 0; plane < form.planes(); plane++) {
            Value to = along(code, code.param("packed"), column, form.planes() * planeBytes);
            Value value = Value.of(element, form.plane(outside, plane));
            fill(code, code.offset(to, plane * planeBytes), planeBytes, value);
          }
        });
  }

  private void packWgt(Code code) {
    Contraction conv = layout.conv();
    Contraction.WgtStrides plain = conv.wgt();
    int ocBlock = layout.ocBlock();
    fill(code, layout.wgtBytes(), Value.zero(layout.wgtElement()));
    if (layout.lists().isPresent()) {
      new ListedPacking(layout.lists().get(), position -> channelAt(code, position)).emit(code);
      if (layout.requantizer().isPresent()) {
        packSums(code);
      }
      return;
    }
    Value sums = code.offset(code.param("packed"), layout.sumsOffsetBytes());
    code.loop(
        conv.wgtBatches(),
        set ->
            code.loop(
                conv.oc(),
                o -> {
                  Value from =
                      along(
                          code, along(code, code.param("plain"), set, plain.set()), o, plain.oc());
                  Value to = along(code, code.param("packed"), set, layout.wgtSetBytes());
                  to = along(code, to, code.divide(o, ocBlock), layout.wgtOcBlockBytes());
                  to =
                      along(
                          code,
                          to,
                          code.remainder(o, ocBlock),
                          (long) layout.dot() * layout.wgtElementBytes());
                  Value sum = packChannel(code, from, to);
                  if (layout.keepsSums()) {
                    Value place = along(code, sums, set, layout.sumsSetBytes());
                    code.store(
                        layout.requantizer().isPresent() ? sum : code.mul(sum, layout.offset()),
                        along(code, place, o, PackedLayout.SUM_BYTES),
                        PackedLayout.SUM_BYTES);
                  }
                }));
  }

  /** Writes the sums of weights alone. */
  private void packSums(Code code) {
    Contraction conv = layout.conv();
    Contraction.WgtStrides plain = conv.wgt();
    code.loop(
        conv.wgtBatches(),
        set ->
            code.loop(
                conv.oc(),
                o -> {
                  Value from = along(code, code.param("plain"), set, plain.set());
                  Value filter = along(code, from, o, plain.oc());
                  List<Value> sum =
                      code.reduce(
                          conv.ic(),
                          List.of(Value.zero(Type.I32)),
                          (channel, outer) ->
                              code.reduce(
                                  conv.taps(),
                                  outer,
                                  (tap, inner) -> {
                                    Value read = along(code, filter, channel, plain.ic());
                                    Value weight =
                                        effective(code, along(code, read, tap, plain.x()));
                                    return List.of(code.add(inner.getFirst(), weight));
                                  }));
                  code.store(sum.getFirst(), sumOf(code, set, o), PackedLayout.SUM_BYTES);
                }));
  }

  /** Where the sum of an output channel's weights stands. */
  private Value sumOf(Code code, Value set, Value o) {
    Value sums = code.offset(code.param("packed"), layout.sumsOffsetBytes());
    return along(code, along(code, sums, set, layout.sumsSetBytes()), o, PackedLayout.SUM_BYTES);
  }

  /** Packs the weights of one output channel; their sum, s32. */
  private Value packChannel(Code code, Value from, Value to) {
    if (layout.transformed()) {
      return packPoints(code, from, to);
    }
    return layout.flat() ? packRuns(code, from, to) : packFilter(code, from, to);
  }

  /** As {@link #packChannel}, tap by tap. */
  private Value packFilter(Code code, Value from, Value to) {
    Contraction conv = layout.conv();
    int dot = layout.dot();
    int icBlock = layout.icBlock();
    long icStride = conv.wgt().ic();
    return code.reduce(
            layout.icBlocks(),
            List.of(Value.zero(Type.I32)),
            (block, blockSum) -> {
              Value left = code.sub(Value.index(conv.ic()), code.mul(block, icBlock));
              Value channels = code.minSigned(left, Value.index(icBlock));
              Value read = along(code, from, block, icBlock * icStride);
              Value write = along(code, to, block, layout.wgtIcBlockBytes());
              // Channels d, d + dot, d + 2·dot, … lie one part apart.
              return code.reduce(
                  dot,
                  blockSum,
                  (d, dotSum) ->
                      lastOf(
                          code.reduce(
                              Value.index(0),
                              code.divide(code.sub(code.add(channels, dot - 1), d), dot),
                              List.of(
                                  along(code, read, d, icStride),
                                  along(code, write, d, layout.wgtElementBytes()),
                                  dotSum.getFirst()),
                              (_, at) ->
                                  List.of(
                                      code.offset(at.get(0), dot * icStride),
                                      code.offset(at.get(1), layout.wgtPartBytes()),
                                      packTaps(code, at.get(0), at.get(1), at.get(2))))));
            })
        .getFirst();
  }

  /** Packs the weights of one output channel as one run of taps × channels for each tap row. */
  private Value packRuns(Code code, Value from, Value to) {
    Contraction conv = layout.conv();
    Contraction.WgtStrides plain = conv.wgt();
    int dot = layout.dot();
    return code.reduce(
            conv.taps(),
            List.of(Value.zero(Type.I32)),
            (tap, tapSum) ->
                code.reduce(
                    conv.ic(),
                    tapSum,
                    (channel, sum) -> {
                      Value read =
                          along(code, along(code, from, tap, plain.x()), channel, plain.ic());
                      Value row = code.divide(tap, conv.window().kw());
                      Value column = code.remainder(tap, conv.window().kw());
                      Value inRun = code.add(code.mul(column, conv.ic()), channel);
                      Value write = along(code, to, row, layout.wgtTapBytes());
                      write = along(code, write, code.divide(inRun, dot), layout.wgtPartBytes());
                      write =
                          along(code, write, code.remainder(inRun, dot), layout.wgtElementBytes());
                      return List.of(code.add(sum.getFirst(), packWeight(code, read, write)));
                    }))
        .getFirst();
  }

  /** Packs the weights of one output channel, each filter as Winograd's points. */
  private Value packPoints(Code code, Value from, Value to) {
    Contraction.WgtStrides plain = layout.conv().wgt();
    return code.reduce(
            layout.conv().ic(),
            List.of(Value.zero(Type.I32)),
            (channel, sum) -> {
              Value read = along(code, from, channel, plain.ic());
              Value write =
                  along(code, to, code.divide(channel, layout.dot()), layout.wgtPartBytes());
              write =
                  along(
                      code, write, code.remainder(channel, layout.dot()), layout.wgtElementBytes());
              List<List<Value>> filter = new ArrayList<>();
              Value all = sum.getFirst();
              for (int y = 0; y < layout.conv().window().kh(); y++) {
                List<Value> row = new ArrayList<>();
                for (int x = 0; x < layout.conv().window().kw(); x++) {
                  Value weight = effective(code, code.offset(read, y * plain.y() + x * plain.x()));
                  row.add(weight);
                  all = code.add(all, weight);
                }
                filter.add(row);
              }
              List<Value> points = WinogradLeaf.weightPoints(code, filter);
              for (int point = 0; point < points.size(); point++) {
                code.store(
                    code.truncate(points.get(point), layout.wgtElement()),
                    code.offset(write, point * layout.wgtTapBytes()),
                    layout.wgtElementBytes());
              }
              return List.of(all);
            })
        .getFirst();
  }

  private Value packTaps(Code code, Value read, Value write, Value sum) {
    return code.reduce(
            layout.conv().taps(),
            List.of(read, write, sum),
            (_, at) ->
                List.of(
                    code.offset(at.get(0), layout.conv().wgt().x()),
                    code.offset(at.get(1), layout.wgtTapBytes()),
                    code.add(at.get(2), packWeight(code, at.get(0), at.get(1)))))
        .getLast();
  }

  private Value packWeight(Code code, Value read, Value write) {
    Value weight = effective(code, read);
    code.store(code.truncate(weight, layout.wgtElement()), write, layout.wgtElementBytes());
    return weight;
  }

  /** wgt − wzp, s32. */
  private Value effective(Code code, Value read) {
    Numerics numerics = layout.conv().numerics();
    Value stored = code.load(Type.I8, read, 1);
    return numerics.wgt().signed()
        ? code.signExtend(stored, Type.I32)
        : code.sub(code.zeroExtend(stored, Type.I32), Value.of(Type.I32, numerics.wzp()));
  }

  private void unpackOut(Code code) {
    Contraction conv = layout.conv();
    Contraction.ActStrides plain = conv.out();
    long element = layout.outElementBytes();
    Axis batch = new Axis(conv.batches(), layout.outBatchBytes(), plain.batch() * element);
    Axis row = new Axis(conv.window().oh(), layout.outRowBytes(), plain.y() * element);
    Axis column = new Axis(conv.window().ow(), layout.outColumnBytes(), plain.x() * element);
    walk(
        code,
        code.param("packed"),
        code.param("plain"),
        batch,
        (batchFrom, batchTo) ->
            blocks(
                code,
                conv.oc(),
                layout.ocBlock(),
                (block, channels) -> {
                  Value from = along(code, batchFrom, block, layout.outBlockBytes());
                  Value to =
                      along(code, batchTo, block, layout.ocBlock() * plain.channel() * element);
                  Axis channel = new Axis(channels, element, plain.channel() * element);
                  // The axis that is dense in the plain buffer runs innermost.
                  List<Axis> nest =
                      plain.x() == 1
                          ? List.of(channel, row, column)
                          : List.of(row, column, channel);
                  walk(code, from, to, nest, (read, write) -> unpackOutput(code, read, write));
                }));
  }

  private void unpackOutput(Code code, Value read, Value write) {
    int bytes = layout.outElementBytes();
    Value element = code.load(new Type.Int(bytes * Byte.SIZE), read, bytes);
    code.store(element, write, bytes);
  }

  /** Writes the constants of every output channel behind the packed weights. */
  void packQuant(IrModule module, String name, QuantParameters parameters) {
    Requantizer requantizer = layout.requantizer().orElseThrow();
    Contraction conv = layout.conv();
    parameters.function(
        module,
        name,
        conv.setChannels() * (conv.wgtBatches() - 1) + conv.oc(),
        (code, wgt, channels) ->
            code.loop(
                conv.wgtBatches(),
                set ->
                    code.loop(
                        conv.oc(),
                        o -> {
                          Value constants = code.offset(wgt, layout.constantsOffsetBytes());
                          constants = along(code, constants, set, layout.constantsSetBytes());
                          Value vector = code.divide(o, requantizer.lanes());
                          constants = along(code, constants, vector, layout.constantsVectorBytes());
                          Value sums = code.offset(wgt, layout.sumsOffsetBytes());
                          sums = along(code, sums, set, layout.sumsSetBytes());
                          Value sum = along(code, sums, o, PackedLayout.SUM_BYTES);
                          requantizer.packChannel(
                              code,
                              constants,
                              code.remainder(o, requantizer.lanes()),
                              code.load(Type.I32, sum, PackedLayout.SUM_BYTES),
                              layout.offset(),
                              channels.at(code, code.add(code.mul(set, conv.setChannels()), o)));
                        })));
  }

  /** So many steps, and the bytes that the pointer read and the pointer written move on each. */
  private record Axis(Value count, long readBytes, long writeBytes) {
    Axis(long count, long readBytes, long writeBytes) {
      this(Value.index(count), readBytes, writeBytes);
    }
  }

  private static List<Value> lastOf(List<Value> values) {
    return List.of(values.getLast());
  }

  private interface Step {
    void write(Value from, Value to);
  }

  private interface Block {
    void write(Value block, Value channels);
  }

  private static void walk(Code code, Value from, Value to, Axis axis, Step step) {
    code.reduce(
        Value.index(0),
        axis.count(),
        List.of(from, to),
        (_, at) -> {
          step.write(at.get(0), at.get(1));
          return List.of(
              code.offset(at.get(0), axis.readBytes()), code.offset(at.get(1), axis.writeBytes()));
        });
  }

  /** The first axis outermost. */
  private static void walk(Code code, Value from, Value to, List<Axis> nest, Step step) {
    if (nest.isEmpty()) {
      step.write(from, to);
      return;
    }
    List<Axis> inner = nest.subList(1, nest.size());
    walk(code, from, to, nest.getFirst(), (read, write) -> walk(code, read, write, inner, step));
  }

  /** Blocks of channels, the last perhaps with fewer. */
  private static void blocks(Code code, int channels, int blockSize, Block block) {
    code.loop(
        Math.ceilDiv(channels, blockSize),
        index -> {
          Value left = code.sub(Value.index(channels), code.mul(index, blockSize));
          block.write(index, code.minSigned(left, Value.index(blockSize)));
        });
  }

  private static void fill(Code code, long bytes, Value element) {
    fill(code, code.param("packed"), bytes, element);
  }

  private static void fill(Code code, Value to, long bytes, Value element) {
    int lanes = FILL_BYTES * Byte.SIZE / element.type().bits();
    code.loop(
        bytes / FILL_BYTES,
        i -> code.store(code.splat(element, lanes), along(code, to, i, FILL_BYTES), FILL_BYTES));
  }
}
