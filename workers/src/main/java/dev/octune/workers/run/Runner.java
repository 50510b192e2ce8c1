package dev.octune.workers.run;

import dev.octune.kernels.reference.Fill;
import dev.octune.kernels.target.Arch;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Workload;
import dev.octune.rpc.frame.Frame;
import dev.octune.rpc.frame.FrameChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One native runner process. It keeps the operands and answers of the problems it saw last, so that
 * a measurement sends machine code only.
 *
 * <p>Not thread-safe: calls block and belong on one platform thread; {@link #close} and {@link
 * #kill} may come from any. After a {@link RunnerException} the process is dead; start another.
 */
public final class Runner implements AutoCloseable {
  /**
   * What problems and packed operands may take in the runner: some twenty large layers, or one huge
   * one. The least recently used go first.
   */
  static final long MAX_HELD_BYTES = 768L << 20;

  /** What a timed loop may use behind each of its pointers. */
  public static final int LOOP_BUFFER_BYTES = 64 << 10;

  /** Starting a program through ssh or an emulator, and its first answer. */
  private static final Duration START_LIMIT = Duration.ofSeconds(20);

  /** Answers are copied, operands are generated: seconds at most, on a slow board. */
  private static final Duration TRANSFER_LIMIT = Duration.ofSeconds(60);

  /** On top of the limit that the runner itself keeps. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** Packing is linear in bytes that a transfer already took longer for. */
  private static final Duration PACK_LIMIT = Duration.ofSeconds(20);

  /** Some twenty system calls, on a machine that may be busy. */
  private static final Duration SANDBOX_LIMIT = Duration.ofSeconds(10);

  private static final int CHUNK_BYTES = 4 << 20;

  /** More parts than are timed, and odd against most block counts. */
  private static final int MORE_PARTS = 2;

  private final Process process;
  private final FrameChannel channel;
  private final LastWords lastWords;
  private final ScheduledExecutorService watchdog;
  private final Connection connection;
  private final int ordinal;
  private final Arch arch;
  private final LinkedHashMap<Problem, Held> held = new LinkedHashMap<>(16, 0.75f, true);
  private long nextId = 1;

  /** A problem in the runner, and its layouts by name. */
  private static final class Held {
    final long id;
    final LinkedHashMap<String, Long> layouts = new LinkedHashMap<>(16, 0.75f, true);
    final Map<String, Long> layoutBytes = new LinkedHashMap<>();
    long bytes;

    Held(long id, long bytes) {
      this.id = id;
      this.bytes = bytes;
    }
  }

  private Runner(Process process, Connection connection, int ordinal) throws RunnerException {
    this.process = process;
    this.connection = connection;
    this.ordinal = ordinal;
    this.lastWords = LastWords.of(process, "octune-runner-" + ordinal + "-stderr");
    this.channel =
        new FrameChannel(
            process.getInputStream(), process.getOutputStream(), Wire.MAX_PAYLOAD_BYTES);
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("octune-runner-" + ordinal + "-watch").factory());
    timer.setRemoveOnCancelPolicy(true);
    this.watchdog = timer;
    try {
      ByteBuffer hello =
          request(Wire.HELLO, new Wire.Words().put(Wire.VERSION), START_LIMIT).payload();
      if (hello.remaining() < 16 || hello.getLong() != Wire.VERSION) {
        throw new RunnerException(
            described() + " is of another version. Mend: let this version start its own");
      }
      this.arch = Wire.arch(hello.getLong());
    } catch (RunnerException e) {
      kill();
      throw e;
    }
  }

  /**
   * Starts a runner and greets it.
   *
   * @param program the runner for the connection's architecture
   * @param ordinal numbers the processes of a device; placements carry it
   */
  public static Runner start(Path program, Connection connection, int ordinal)
      throws RunnerException {
    List<String> command = connection.commandFor(program.toAbsolutePath().toString());
    ProcessBuilder process = new ProcessBuilder(command);
    if (connection.isHere()) {
      // It needs nothing of it, and some keep secrets there.
      process.environment().clear();
    }
    try {
      return new Runner(process.start(), connection, ordinal);
    } catch (RunnerException e) {
      throw e;
    } catch (IOException e) {
      throw new RunnerException(
          "Runner '%s' does not start: %s. Mend: see that the command can be run"
              .formatted(String.join(" ", command), e.getMessage()),
          e);
    }
  }

  /** What the runner was compiled for. */
  public Arch arch() {
    return arch;
  }

  public long pid() {
    return process.pid();
  }

  /**
   * Checks kernels of one problem in their order, then times them in turns where the plan says so.
   */
  public Verdict run(Problem problem, List<Packing.Kernel> kernels, RunPlan plan)
      throws RunnerException {
    if (kernels.isEmpty() || kernels.size() > Wire.MAX_KERNELS) {
      throw new IllegalArgumentException(
          "%d kernels, must be in [1, %d]".formatted(kernels.size(), Wire.MAX_KERNELS));
    }
    if (plan.timing().isPresent()) {
      refuseTimingAnEmulator();
    }
    Held place = hold(problem);
    long[] layouts = new long[kernels.size()];
    for (int k = 0; k < layouts.length; k++) {
      Packing packing = kernels.get(k).packing();
      Long known = place.layouts.get(packing.layout());
      if (known == null) {
        Report packed = pack(place, problem, packing, plan);
        if (!packed.isDone()) {
          return onKernel(packed.verdict(1, ordinal, PACK_LIMIT), k);
        }
        known = place.layouts.get(packing.layout());
      }
      layouts[k] = java.util.Objects.requireNonNull(known, packing.layout());
    }
    Wire.Words words = new Wire.Words();
    words.put(
        place.id,
        plan.timing().isPresent() ? Wire.CHECK_AND_TIME : Wire.CHECK_ONLY,
        plan.threads(),
        plan.threads() + MORE_PARTS,
        plan.limit().toNanos());
    plan.timing()
        .ifPresentOrElse(
            t ->
                words.put(
                    t.seed(),
                    t.placements(),
                    t.samples(),
                    t.sampleTime().toNanos(),
                    wholeNanos(t.stopAboveNanos())),
            () -> words.put(0, 0, 0, 0, 0));
    words.putCpus(plan.cpus()).put(kernels.size());
    List<ByteBuffer> codes = new ArrayList<>();
    for (int k = 0; k < layouts.length; k++) {
      Code code = kernels.get(k).code();
      words.put(layouts[k], code.entry(), code.bytes().length);
      codes.add(ByteBuffer.wrap(code.bytes()));
    }
    Frame reply = request(Wire.MEASURE, words, plan.limit().plus(GRACE), codes);
    return Report.read(reply.payload()).verdict(kernels.size(), ordinal, plan.limit());
  }

  /**
   * Times a loop that keeps to registers: a function of the same signature as a kernel, its
   * pointers at {@link #LOOP_BUFFER_BYTES} of scratch each, run whole by every thread.
   *
   * @return {@link Verdict.Exact} with one placement, though nothing was there to check
   */
  public Verdict timeLoop(Code loop, RunPlan plan) throws RunnerException {
    RunPlan.Timing timing = plan.timing().orElseThrow();
    refuseTimingAnEmulator();
    Wire.Words words =
        new Wire.Words()
            .put(
                loop.entry(),
                plan.limit().toNanos(),
                plan.threads(),
                timing.samples(),
                timing.sampleTime().toNanos())
            .putCpus(plan.cpus());
    Frame reply =
        request(Wire.LOOP, words, plan.limit().plus(GRACE), List.of(ByteBuffer.wrap(loop.bytes())));
    return Report.read(reply.payload()).verdict(1, ordinal, plan.limit());
  }

  /**
   * Lets every thread of a process of this machine run on these CPUs only, by a process of its own
   * that runs no kernel and so has kept its rights.
   *
   * @param program the runner for this machine
   * @return false where there is no such process, or it is another user's
   */
  public static boolean confine(Path program, long pid, List<Integer> cpus) {
    List<String> command = new ArrayList<>(List.of(program.toAbsolutePath().toString()));
    command.addAll(List.of("--confine", Long.toString(pid)));
    cpus.forEach(cpu -> command.add(cpu.toString()));
    try {
      Process process = new ProcessBuilder(command).start();
      try {
        return process.waitFor(START_LIMIT) && process.exitValue() == 0;
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException _) {
      // Where it can't be started no kernel can be run either, which the first trial tells.
      return false;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * What a kernel would find around it on these CPUs; runs none. Huge pages are told of timed runs
   * only.
   */
  public Sandbox sandbox(List<Integer> cpus) throws RunnerException {
    Frame reply =
        request(
            Wire.SANDBOX,
            new Wire.Words().put(SANDBOX_LIMIT.toNanos()).putCpus(cpus),
            SANDBOX_LIMIT.plus(GRACE));
    Report report = Report.read(reply.payload());
    if (!report.isDone()) {
      throw new RunnerException(
          "%s has no sandbox: %s"
              .formatted(described(), report.verdict(1, ordinal, SANDBOX_LIMIT)));
    }
    return report.sandbox();
  }

  /** Bytes of operands and answers that the runner holds. */
  long heldBytes() throws RunnerException {
    return request(Wire.HELD, new Wire.Words(), TRANSFER_LIMIT).payload().getLong();
  }

  /** A plain operand as the runner made it. */
  byte[] operand(Problem problem, Fill fill, boolean weights) throws RunnerException {
    return request(
            Wire.OPERAND,
            new Wire.Words().put(hold(problem).id, Fill.ALL.indexOf(fill), weights ? 1 : 0),
            TRANSFER_LIMIT)
        .bytes();
  }

  /** Ends the process now, whatever it does. */
  public void kill() {
    process.destroyForcibly();
    watchdog.shutdownNow();
  }

  /** Ends the process; its children go with it. */
  @Override
  public void close() {
    kill();
  }

  private void refuseTimingAnEmulator() {
    if (connection.emulated()) {
      throw new IllegalStateException(
          "'%s' is emulated: its times mean nothing. Mend: check only"
              .formatted(String.join(" ", connection.command())));
    }
  }

  private Held hold(Problem problem) throws RunnerException {
    Held place = held.get(problem);
    if (place != null) {
      return place;
    }
    makeRoom(problem, Problem.bytes(problem.workload()));
    place = new Held(nextId++, Problem.bytes(problem.workload()));
    Workload workload = problem.workload();
    Numerics numerics = workload.numerics();
    Wire.Words words =
        new Wire.Words()
            .put(
                place.id,
                problem.seed(),
                workload.actElements(),
                numerics.act().min(),
                numerics.act().max(),
                workload.wgtElements(),
                numerics.wgt().min(),
                numerics.wgt().max(),
                workload.outElements(),
                Wire.outKind(numerics.out()),
                problem.table(Fill.RANDOM).map(table -> 4L * table.length).orElse(0L),
                Fill.ALL.size());
    Fill.ALL.forEach(fill -> words.put(fill.actPattern(), fill.wgtPattern()));
    request(Wire.PROBLEM, words, TRANSFER_LIMIT);
    if (problem.weights().isPresent()) {
      send(problem.weights().get(), Wire.WEIGHTS, place.id);
    }
    for (int f = 0; f < Fill.ALL.size(); f++) {
      send(problem.answer(Fill.ALL.get(f)), Wire.ANSWER, place.id, f);
      Optional<int[]> table = problem.table(Fill.ALL.get(f));
      if (table.isPresent()) {
        ByteBuffer bytes =
            ByteBuffer.allocate(4 * table.get().length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(table.get());
        request(Wire.TABLE, new Wire.Words().put(place.id, f), TRANSFER_LIMIT, List.of(bytes));
      }
    }
    held.put(problem, place);
    return place;
  }

  /**
   * Sends bytes piece by piece.
   *
   * @param place words that say where, before the offset
   */
  private void send(byte[] plain, int type, long... place) throws RunnerException {
    for (int at = 0; at < plain.length; at += CHUNK_BYTES) {
      int count = Math.min(CHUNK_BYTES, plain.length - at);
      request(
          type,
          new Wire.Words().put(place).put(at),
          TRANSFER_LIMIT,
          List.of(ByteBuffer.wrap(plain, at, count).slice()));
    }
  }

  private Report pack(Held place, Problem problem, Packing packing, RunPlan plan)
      throws RunnerException {
    long bytes = Fill.ALL.size() * (packing.actBytes() + packing.wgtBytes());
    while (layoutCount() >= Wire.MAX_LAYOUTS - Wire.MAX_KERNELS
        && place.layouts.size() > Wire.MAX_KERNELS) {
      dropOldestLayout(place);
    }
    makeRoom(problem, bytes);
    long id = nextId++;
    Wire.Words words =
        new Wire.Words()
            .put(
                id,
                place.id,
                packing.actBytes(),
                packing.wgtBytes(),
                packing.outBytes(),
                packing.packAct(),
                packing.packWgt(),
                packing.packQuant().orElse(0),
                packing.unpackOut(),
                PACK_LIMIT.toNanos(),
                plan.cpus().isEmpty() ? -1 : plan.cpus().getFirst());
    Frame reply =
        request(
            Wire.LAYOUT, words, PACK_LIMIT.plus(GRACE), List.of(ByteBuffer.wrap(packing.bytes())));
    Report report = Report.read(reply.payload());
    if (report.isDone()) {
      place.layouts.put(packing.layout(), id);
      place.layoutBytes.put(packing.layout(), bytes);
      place.bytes += bytes;
    }
    return report;
  }

  /** Drops problems used longest ago, then layouts of the current one, until there is room. */
  private void makeRoom(Problem current, long bytes) throws RunnerException {
    while (!held.isEmpty()
        && (held.size() >= Wire.MAX_PROBLEMS
            || layoutCount() >= Wire.MAX_LAYOUTS - Wire.MAX_KERNELS
            || heldTotal() + bytes > MAX_HELD_BYTES)) {
      Map.Entry<Problem, Held> oldest = held.firstEntry();
      if (!oldest.getKey().equals(current)) {
        held.remove(oldest.getKey());
        request(Wire.DROP_PROBLEM, new Wire.Words().put(oldest.getValue().id), TRANSFER_LIMIT);
      } else if (oldest.getValue().layouts.size() > Wire.MAX_KERNELS) {
        dropOldestLayout(oldest.getValue());
      } else {
        return;
      }
    }
  }

  private void dropOldestLayout(Held place) throws RunnerException {
    Map.Entry<String, Long> oldest = place.layouts.firstEntry();
    place.layouts.remove(oldest.getKey());
    Long bytes = place.layoutBytes.remove(oldest.getKey());
    place.bytes -= bytes == null ? 0 : bytes;
    request(Wire.DROP_LAYOUT, new Wire.Words().put(oldest.getValue()), TRANSFER_LIMIT);
  }

  private int layoutCount() {
    return held.values().stream().mapToInt(h -> h.layouts.size()).sum();
  }

  private long heldTotal() {
    return held.values().stream().mapToLong(h -> h.bytes).sum();
  }

  private Frame request(int type, Wire.Words words, Duration limit) throws RunnerException {
    return request(type, words, limit, List.of());
  }

  /** One request and its reply within the limit; a refusal is this side's mistake. */
  private Frame request(int type, Wire.Words words, Duration limit, List<ByteBuffer> raw)
      throws RunnerException {
    ScheduledFuture<?> alarm =
        watchdog.schedule(process::destroyForcibly, limit.toMillis(), TimeUnit.MILLISECONDS);
    Frame reply;
    try {
      reply = exchange(type, words, raw);
    } catch (RunnerException e) {
      if (alarm.isDone()) {
        throw new RunnerException(
            "%s did not answer request %d within %d ms and was killed. Mend: see whether its machine is overloaded"
                .formatted(described(), type, limit.toMillis()),
            e);
      }
      throw e;
    } finally {
      alarm.cancel(false);
    }
    if (reply.type() == Wire.ERROR) {
      throw new RunnerException(
          "%s refused request %d: %s".formatted(described(), type, reply.text()));
    }
    return reply;
  }

  private Frame exchange(int type, Wire.Words words, List<ByteBuffer> raw) throws RunnerException {
    List<ByteBuffer> parts = new ArrayList<>(List.of(words.payload()));
    parts.addAll(raw);
    try {
      channel.write(type, parts.toArray(ByteBuffer[]::new));
      return channel.read();
    } catch (IOException e) {
      // Before the end: it closes the stream that the words come from.
      String said = lastWords.quoted();
      process.destroyForcibly();
      throw new RunnerException("%s is gone: %s%s".formatted(described(), e.getMessage(), said), e);
    }
  }

  private String described() {
    return connection.command().isEmpty()
        ? "Runner " + ordinal + connection.user().map(user -> " of user " + user.text()).orElse("")
        : "Runner %d through '%s'".formatted(ordinal, String.join(" ", connection.command()));
  }

  private static long wholeNanos(OptionalDouble nanos) {
    return nanos.isPresent() ? Math.max(1, Math.round(nanos.getAsDouble())) : 0;
  }

  private static Verdict onKernel(Verdict verdict, int kernel) {
    return switch (verdict) {
      case Verdict.Exact exact -> exact;
      case Verdict.Wrong wrong -> new Verdict.Wrong(kernel, wrong.fill(), wrong.what());
      case Verdict.Broke broke -> new Verdict.Broke(kernel, broke.reason());
      case Verdict.OutOfTime late ->
          new Verdict.OutOfTime(kernel, late.phase(), late.limitMillis());
    };
  }
}
