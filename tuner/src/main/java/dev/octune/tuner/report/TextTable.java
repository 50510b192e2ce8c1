package dev.octune.tuner.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns of text, each as wide as its widest cell. Not thread-safe. */
public final class TextTable {
  private static final String GAP = "  ";

  private final boolean[] right;
  private final List<String[]> rows = new ArrayList<>();

  /**
   * @param headings one per column, behind '&lt;' (left) or '&gt;' (right)
   */
  public TextTable(String... headings) {
    right = new boolean[headings.length];
    String[] first = new String[headings.length];
    for (int c = 0; c < headings.length; c++) {
      right[c] = headings[c].charAt(0) == '>';
      first[c] = headings[c].substring(1);
    }
    rows.add(first);
  }

  public void row(String... cells) {
    if (cells.length != right.length) {
      throw new IllegalArgumentException("a row has " + cells.length + " cells");
    }
    rows.add(cells);
  }

  public String text() {
    int[] widths = new int[right.length];
    for (String[] row : rows) {
      for (int c = 0; c < row.length; c++) {
        widths[c] = Math.max(widths[c], row[c].codePointCount(0, row[c].length()));
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      String[] cells = new String[row.length];
      for (int c = 0; c < row.length; c++) {
        String space = " ".repeat(widths[c] - row[c].codePointCount(0, row[c].length()));
        cells[c] = right[c] ? space + row[c] : row[c] + space;
      }
      text.append(String.join(GAP, Arrays.asList(cells)).stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
