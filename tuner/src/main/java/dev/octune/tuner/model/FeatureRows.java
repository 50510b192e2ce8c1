package dev.octune.tuner.model;

import java.util.Arrays;

/** Rows of features, float[count, columns] row by row; NaN where a feature is missing. Growing. */
public final class FeatureRows {
  private final int columns;
  private float[] values;
  private int count;

  public FeatureRows(int columns) {
    this.columns = columns;
    this.values = new float[columns * 64];
  }

  public int columns() {
    return columns;
  }

  public int count() {
    return count;
  }

  /** Adds a copy of one row. */
  public void add(float[] row) {
    if (row.length != columns) {
      throw new IllegalArgumentException(
          "a row of %d features, the others have %d".formatted(row.length, columns));
    }
    if ((count + 1) * columns > values.length) {
      values = Arrays.copyOf(values, values.length * 2);
    }
    System.arraycopy(row, 0, values, count * columns, columns);
    count++;
  }

  /** Adds a copy of a row of other rows with as many columns. */
  public void add(FeatureRows rows, int index) {
    add(Arrays.copyOfRange(rows.values, index * columns, (index + 1) * columns));
  }

  /** The rows one after another, exactly count × columns values. */
  float[] packed() {
    return Arrays.copyOf(values, count * columns);
  }
}
