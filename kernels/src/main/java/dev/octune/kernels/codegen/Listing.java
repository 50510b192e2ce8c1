package dev.octune.kernels.codegen;

import dev.octune.kernels.weights.ChannelOrder;
import java.util.List;
import java.util.Optional;

/**
 * How weights stand in lists.
 *
 * @param classes those there is code for
 * @param order in which input channels stand in both operands; empty for the plain one
 */
record Listing(Classes classes, Optional<ChannelOrder> order) {

  /** Sets of classes; each holds I4, which any chunk can be. */
  enum Classes {
    I4("i4"),
    P4("p4.i4"),
    P4_HALVES("p4.h.i4"),
    D8("d8.p4.i4"),
    D8_HALVES("d8.p4.h.i4");

    private final String text;

    Classes(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }

    /** In the order of their lists. */
    List<ListClass> members() {
      return switch (this) {
        case I4 -> List.of(ListClass.I4);
        case P4 -> List.of(ListClass.P4, ListClass.I4);
        case P4_HALVES -> List.of(ListClass.P4, ListClass.H0, ListClass.H1, ListClass.I4);
        case D8 -> List.of(ListClass.D8, ListClass.P4, ListClass.I4);
        case D8_HALVES ->
            List.of(ListClass.D8, ListClass.P4, ListClass.H0, ListClass.H1, ListClass.I4);
      };
    }

    boolean has(ListClass member) {
      return members().contains(member);
    }
  }

  String text() {
    return "classes=%s order=%s"
        .formatted(classes.text(), order.map(ChannelOrder::hash).orElse("plain"));
  }
}
