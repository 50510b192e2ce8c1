package dev.octune.workers.build;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Machine code and its constants as one flat blob without relocations: it works at any address that
 * is a multiple of {@link #ALIGNMENT_BYTES}, mapped readable and executable, nothing of it written.
 */
public final class Image {
  /** AArch64 addresses constants by 4 KiB page. */
  public static final int ALIGNMENT_BYTES = 4096;

  /** A kernel has some 10 KB; far beyond it something else came out. */
  public static final int MAX_BYTES = 4 << 20;

  private final byte[] bytes;
  private final Map<String, Integer> entries;

  Image(byte[] bytes, Map<String, Integer> entries) {
    this.bytes = bytes;
    this.entries = Map.copyOf(entries);
  }

  /** The blob, read-only. */
  public ByteBuffer bytes() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  public int sizeBytes() {
    return bytes.length;
  }

  /** Offsets in bytes of the functions that the module defines and does not keep to itself. */
  public Map<String, Integer> entries() {
    return entries;
  }

  /** Offset in bytes of a function that the module may define. */
  public OptionalInt find(String symbol) {
    Integer offset = entries.get(symbol);
    return offset == null ? OptionalInt.empty() : OptionalInt.of(offset);
  }

  /** Offset in bytes of one function. */
  public int entry(String symbol) {
    Integer offset = entries.get(symbol);
    if (offset == null) {
      throw new IllegalArgumentException(
          "no function %s in this image, it has %s".formatted(symbol, new TreeMap<>(entries)));
    }
    return offset;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Image that
        && Arrays.equals(bytes, that.bytes)
        && entries.equals(that.entries);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(bytes) + entries.hashCode();
  }

  @Override
  public String toString() {
    return "Image[%d bytes, %s]".formatted(bytes.length, new TreeMap<>(entries));
  }
}
