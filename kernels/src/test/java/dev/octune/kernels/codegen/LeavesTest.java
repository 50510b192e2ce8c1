package dev.octune.kernels.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.octune.kernels.target.Isa;
import dev.octune.kernels.target.Target;
import dev.octune.kernels.workload.ActRange;
import dev.octune.kernels.workload.Numerics;
import dev.octune.kernels.workload.WgtRange;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Leaves that sum in int16 are offered exactly where no sum of products can leave int16. */
class LeavesTest {
  static Stream<Arguments> everyRange() {
    return Stream.of(ActRange.values())
        .flatMap(act -> Stream.of(WgtRange.values()).map(wgt -> Arguments.of(act, wgt)));
  }

  @ParameterizedTest
  @MethodSource("everyRange")
  void maddubs_everyRange_isOfferedOnlyWhereItsSumsFit(ActRange act, WgtRange wgt) {
    for (int depth : List.of(1, 2, 4)) {
      assertEquals(
          wgt.signed() && fitsShort(2 * depth, act.min(), act.max(), wgt),
          new ByteLeaf("maddubs", Isa.AVX2, 8, depth).exactFor(Numerics.FULL.withRanges(act, wgt)),
          "depth " + depth);
    }
  }

  @ParameterizedTest
  @MethodSource("everyRange")
  void smull_everyRange_isOfferedOnlyWhereItsSumsFit(ActRange act, WgtRange wgt) {
    for (int depth : List.of(1, 2)) {
      SmullLeaf leaf = new SmullLeaf("smull", depth);
      boolean offered = leaf.exactFor(Numerics.FULL.withRanges(act, wgt));
      // Stored less 128; positions outside may read as any code, so the range is the whole of s8.
      boolean fits = wgt.signed() && fitsShort(depth, -128, 127, wgt);
      assertEquals(fits, offered, "depth " + depth);
    }
  }

  /** Both nibbles of the largest activation, on the least and the largest weight. */
  @Test
  void nibbles_fullRange_asManyPartsAsFit() {
    NibblesLeaf leaf = new NibblesLeaf("nibbles", Isa.AVX2, 8);
    int products = 2 * leaf.depth();
    for (int plane = 0; plane < leaf.actForm().planes(); plane++) {
      int most = leaf.actForm().plane(ActRange.U8.max(), plane);
      assertTrue(fitsShort(products, 0, most, WgtRange.S8), "plane " + plane);
      assertFalse(fitsShort(products + 2, 0, most, WgtRange.S8), "plane " + plane);
    }
  }

  @Test
  void nibbles_everyActivation_isPutTogetherAgain() {
    for (int activation = 0; activation <= ActRange.U8.max(); activation++) {
      assertEquals(
          activation,
          16 * ActForm.NIBBLES.plane(activation, 0) + ActForm.NIBBLES.plane(activation, 1));
    }
  }

  @Test
  void of_anyNumbers_hasALeafOnEveryTarget() {
    for (Isa isa : Isa.values()) {
      Target target = new Target(isa.arch(), isa.llvmCpu(), isa, 1);
      for (ActRange act : ActRange.values()) {
        for (WgtRange wgt : WgtRange.values()) {
          Numerics numerics = Numerics.FULL.withRanges(act, wgt);
          List<Leaf> leaves = Leaves.of(target, numerics);
          assertTrue(!leaves.isEmpty(), target + " " + numerics);
          assertTrue(leaves.stream().allMatch(leaf -> leaf.exactFor(numerics)), target.text());
        }
      }
    }
  }

  /** Whether every sum of so many products fits int16: its extremes are those of one product. */
  private static boolean fitsShort(int products, int actMin, int actMax, WgtRange wgt) {
    return Stream.of(actMin * wgt.min(), actMin * wgt.max(), actMax * wgt.min(), actMax * wgt.max())
        .allMatch(
            product ->
                products * product <= Short.MAX_VALUE && products * product >= Short.MIN_VALUE);
  }
}
