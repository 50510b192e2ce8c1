package dev.octune.tuner.graph;

import org.jspecify.annotations.Nullable;

/**
 * How a place in the file was reached, such as {@code model.subgraphs[0].tensors[5].shape}.
 *
 * @param parent null for the root
 * @param index element of a vector; below 0 where it is none
 */
record FlatPath(@Nullable FlatPath parent, String name, int index) {
  FlatPath field(String field) {
    return new FlatPath(this, field, -1);
  }

  FlatPath element(int element) {
    return new FlatPath(parent, name, element);
  }

  @Override
  public String toString() {
    return (parent == null ? "" : parent + ".") + name + (index < 0 ? "" : "[" + index + "]");
  }
}
