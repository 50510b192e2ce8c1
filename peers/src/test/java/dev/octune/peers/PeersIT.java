package dev.octune.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.reference.Fill;
import dev.octune.kernels.reference.Reference;
import dev.octune.kernels.target.Host;
import dev.octune.kernels.workload.Workload;
import dev.octune.tuner.peer.Contender;
import dev.octune.tuner.peer.Peer;
import dev.octune.tuner.peer.PeerProvider;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The libraries themselves, on shapes that take no time. */
class PeersIT {
  /** Ranges on which no pair of products saturates: every path must be exact on any machine. */
  private static final String SAFE = " act=u8[0,127] wgt=s8[-64,64] out=s32";

  private static final List<String> WORKLOADS =
      List.of(
          "dense_int8 m=5 k=37 n=19" + SAFE,
          "conv2d_NCHWc_int8 n=1 ic=8 ih=9 iw=7 oc=12 kh=3 kw=3 stride=2,1 pad=1,1,1,1"
              + " dilation=1,1"
              + SAFE,
          "conv2d_NCHWc_int8 n=2 ic=8 ih=6 iw=6 oc=8 kh=1 kw=1 stride=1,1 pad=0,0,0,0"
              + " dilation=1,1 groups=2"
              + SAFE,
          "conv2d_NCHWc_int8 n=1 ic=3 ih=11 iw=11 oc=16 kh=3 kw=3 stride=1,1 pad=2,2,2,2"
              + " dilation=2,2"
              + SAFE,
          "depthwise_conv2d_NCHWc_int8 n=1 c=16 ih=8 iw=8 m=1 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
              + " dilation=1,1"
              + SAFE,
          "batch_matmul_int8 b=3 m=4 k=16 n=8" + SAFE);

  static Stream<Arguments> namesAndWorkloads() {
    return Stream.of("onednn", "onnxruntime")
        .flatMap(name -> WORKLOADS.stream().map(workload -> Arguments.of(name, workload)));
  }

  @ParameterizedTest
  @MethodSource("namesAndWorkloads")
  void everyPath_onRangesWithoutSaturation_isExactAndTakesTime(String name, String text) {
    Workload workload = Workload.parse(text);
    byte[] act = Fill.RANDOM.activations(workload, 3);
    byte[] wgt = Fill.RANDOM.weights(workload, 3);
    int[] sums = Reference.output(workload, act, wgt);
    try (Peer peer = open(name)) {
      for (String path : peer.paths(workload)) {
        try (Contender contender = peer.prepare(workload, path, act, wgt).orElseThrow()) {
          assertTrue(contender.nanosOf(3) > 0, path);
          assertEquals(0, contender.wrongOutputs(sums), path);
          assertFalse(contender.kernel().isBlank(), path);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("namesAndWorkloads")
  void everyPath_againstOtherSums_isSeenToBeWrong(String name, String text) {
    Workload workload = Workload.parse(text);
    byte[] act = Fill.RANDOM.activations(workload, 3);
    byte[] wgt = Fill.RANDOM.weights(workload, 3);
    int[] sums = Reference.output(workload, act, wgt);
    // Far enough for codes, which keep but the upper bits of a sum.
    sums[sums.length - 1] += 1 << 23;
    try (Peer peer = open(name)) {
      for (String path : peer.paths(workload)) {
        try (Contender contender = peer.prepare(workload, path, act, wgt).orElseThrow()) {
          assertTrue(contender.nanosOf(1) > 0, path);
          assertEquals(1, contender.wrongOutputs(sums), path);
        }
      }
    }
  }

  @Test
  void paths_ofConvolutionsAndDenseLayers_areThereInBoth() {
    for (String name : List.of("onednn", "onnxruntime")) {
      try (Peer peer = open(name)) {
        assertFalse(peer.version().isBlank());
        WORKLOADS.stream()
            .filter(text -> !text.startsWith("batch_matmul"))
            .forEach(text -> assertFalse(peer.paths(Workload.parse(text)).isEmpty(), text));
      }
    }
  }

  @Test
  void paths_whereOutsideIsNotZero_areNone() {
    Workload padded =
        Workload.parse(
            "conv2d_NCHWc_int8 n=1 ic=8 ih=9 iw=7 oc=12 kh=3 kw=3 stride=1,1 pad=1,1,1,1"
                + " dilation=1,1 act=u8 azp=7 wgt=s8 out=s32");
    for (String name : List.of("onednn", "onnxruntime")) {
      try (Peer peer = open(name)) {
        assertEquals(List.of(), peer.paths(padded));
      }
    }
  }

  private static Peer open(String name) {
    return ServiceLoader.load(PeerProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow()
        .open(Host.detect().target());
  }
}
