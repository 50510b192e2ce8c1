package dev.octune.peers.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.BatchMatmul;
import dev.octune.kernels.workload.Conv2d;
import dev.octune.kernels.workload.Dense;
import dev.octune.kernels.workload.DepthwiseConv2d;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.Output;
import dev.octune.kernels.workload.Window;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.peer.Cap;
import dev.octune.tuner.peer.Contender;
import dev.octune.tuner.peer.Peer;
import dev.octune.tuner.peer.PeerException;
import java.util.List;
import java.util.Optional;

/**
 * ONNX Runtime's CPU kernels. They choose instructions by what the processor says of itself, and
 * there is no switch to hold them back. What a session's run costs beside the kernel is measured on
 * a product of one number and taken off all times.
 */
final class OnnxRuntime implements Peer {
  static final String NAME = "onnxruntime";

  /** How paths begin whose weights are u8 with zero point 128. */
  private static final String UNSIGNED = "u8u8";

  private static final Dense EMPTY = new Dense(1, 1, 1, Numerics.FULL);
  private static final int EMPTY_ROUNDS = 20;
  private static final int EMPTY_RUNS = 1000;

  private final OrtEnvironment environment;
  private final OrtSession.SessionOptions options;
  private final Cap signed;
  private final Cap unsigned;
  private final double overheadNanos;

  private OnnxRuntime(
      OrtEnvironment environment, OrtSession.SessionOptions options, Isa target, Isa machine) {
    this.environment = environment;
    this.options = options;
    // Where the target is all that this machine has, there is nothing to be kept from.
    this.signed = target == machine ? Cap.KEPT : Cap.UNCAPPED;
    // MLAS multiplies u8 by u8 as words, in 256 bits or in 512: VNNI has no such instruction.
    this.unsigned =
        target == machine ? Cap.KEPT : target.covers(Isa.AVX2) ? Cap.WIDER : Cap.UNCAPPED;
    this.overheadNanos = overhead();
  }

  static OnnxRuntime load(Target target) {
    try {
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      OrtSession.SessionOptions options = new OrtSession.SessionOptions();
      options.setIntraOpNumThreads(target.threads());
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      return new OnnxRuntime(environment, options, target.isa(), Host.detect().target().isa());
    } catch (OrtException | LinkageError e) {
      throw new PeerException(
          "ONNX Runtime does not load: %s. Mend: it needs glibc 2.28 and room for 30 MB in java.io.tmpdir"
              .formatted(e.getMessage()),
          e);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return environment.getVersion();
  }

  @Override
  public Cap cap(String path) {
    return path.startsWith(UNSIGNED) ? unsigned : signed;
  }

  /** Of padded layers those whose azp is 0: positions outside are the zero point to it. */
  @Override
  public List<String> paths(Workload workload) {
    Numerics numerics = workload.numerics();
    if (numerics.azp() != 0 || !numerics.wgt().signed() || numerics.out() != Output.S32) {
      return List.of();
    }
    return switch (workload) {
      case Conv2d _, DepthwiseConv2d _ -> List.of("u8s8s32", "u8u8s32", "u8s8u8", "u8u8u8");
      case Dense _ -> List.of("u8s8s32", "u8u8s32");
      // The right side is no constant there: nothing is packed for it.
      case BatchMatmul _ -> List.of();
    };
  }

  @Override
  public Optional<Contender> prepare(Workload workload, String path, byte[] act, byte[] wgt) {
    boolean unsigned = path.startsWith(UNSIGNED);
    boolean codes = path.endsWith("u8");
    OnnxNode node =
        switch (workload) {
          case Conv2d c ->
              convolution(
                  c.window(),
                  c.groups(),
                  new long[] {c.oc(), c.ic() / c.groups(), c.window().kh(), c.window().kw()},
                  new long[] {c.n(), c.ic(), c.window().ih(), c.window().iw()},
                  codes,
                  workload);
          case DepthwiseConv2d d ->
              convolution(
                  d.window(),
                  d.c(),
                  new long[] {d.oc(), 1, d.window().kh(), d.window().kw()},
                  new long[] {d.n(), d.c(), d.window().ih(), d.window().iw()},
                  codes,
                  workload);
          case Dense d -> OnnxNode.product(d.m(), d.k(), d.n());
          case BatchMatmul _ ->
              throw new IllegalArgumentException("no path computes " + workload.text());
        };
    try {
      return Optional.of(
          OnnxRun.open(environment, options, node, unsigned, act, wgt, overheadNanos));
    } catch (OrtException e) {
      throw new PeerException(
          "ONNX Runtime refuses %s of '%s': %s. Mend: report it, this is a fault of octune bench"
              .formatted(path, workload.text(), e.getMessage()),
          e);
    }
  }

  @Override
  public void close() {
    options.close();
    environment.close();
  }

  private static OnnxNode convolution(
      Window window, int groups, long[] wgt, long[] act, boolean codes, Workload workload) {
    long terms = workload.macs() / workload.outElements();
    return codes
        ? OnnxNode.codes(window, groups, wgt, act, terms)
        : OnnxNode.sums(window, groups, wgt, act);
  }

  /** What a run of next to nothing takes. */
  private double overhead() {
    try (OnnxRun empty =
        OnnxRun.open(
            environment,
            options,
            OnnxNode.product(EMPTY.m(), EMPTY.k(), EMPTY.n()),
            false,
            new byte[1],
            new byte[1],
            0)) {
      double least = Double.POSITIVE_INFINITY;
      for (int round = 0; round < EMPTY_ROUNDS; round++) {
        least = Math.min(least, (double) empty.nanosOf(EMPTY_RUNS) / EMPTY_RUNS);
      }
      return least;
    } catch (OrtException e) {
      throw new PeerException("ONNX Runtime refuses a product of one number: " + e.getMessage(), e);
    }
  }
}
