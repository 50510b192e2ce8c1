package dev.octune.tuner.graph;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The bytes of a FlatBuffers file (little-endian). Every read is checked, and what has been decoded
 * in all is bounded, because a hostile file may let many tables share one huge vector. Not
 * thread-safe.
 *
 * <p>Layout, from the FlatBuffers internals document: the file starts with the u32 position of its
 * root table. A table starts with an s32: its own position minus that of its vtable. A vtable is
 * u16 vtable bytes, u16 table bytes, then one u16 per field: where in the table the field stands, 0
 * for an absent one. Strings, vectors and tables inside tables are u32 offsets forward from where
 * the offset stands; a vector starts with its u32 length.
 */
final class FlatFile {
  /**
   * How often a file's size may be decoded in all. An honest writer decodes each byte once, or a
   * few times where it shares equal vectors.
   */
  private static final int MAX_DECODED_TIMES = 4;

  /** So that tiny files with shared parts are read too. */
  private static final long SPARE_DECODED_BYTES = 1 << 16;

  /**
   * Most bytes that become objects: names, shapes, scales. Networks of {@link
   * ModelFile#MAX_FILE_BYTES} have a few megabytes of them beside their weights; decoded, these
   * take up to ten times the memory.
   */
  private static final long MAX_STRUCTURE_BYTES = 32 << 20;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final String source;
  private final byte[] bytes;
  private long structureBytesLeft;
  private long viewedBytesLeft;

  FlatFile(String source, byte[] bytes) {
    this.source = source;
    this.bytes = bytes;
    this.viewedBytesLeft = viewedLimit();
    this.structureBytesLeft = Math.min(viewedBytesLeft, MAX_STRUCTURE_BYTES);
  }

  String source() {
    return source;
  }

  byte[] bytes() {
    return bytes;
  }

  int sizeBytes() {
    return bytes.length;
  }

  FlatTable root(String name) {
    return new FlatTable(
        this, new FlatPath(null, name, -1), offset(0, new FlatPath(null, name, -1)));
  }

  /** Counts bytes that become objects. */
  void decode(long count, int at, FlatPath path) {
    structureBytesLeft -= count;
    if (structureBytesLeft < 0) {
      throw tooMuch(Math.min(viewedLimit(), MAX_STRUCTURE_BYTES), at, path);
    }
  }

  /** Counts bytes that are only referred to: constants. */
  void view(long count, int at, FlatPath path) {
    viewedBytesLeft -= count;
    if (viewedBytesLeft < 0) {
      throw tooMuch(viewedLimit(), at, path);
    }
  }

  private long viewedLimit() {
    return (long) MAX_DECODED_TIMES * bytes.length + SPARE_DECODED_BYTES;
  }

  private ModelFileException tooMuch(long limit, int at, FlatPath path) {
    return damaged(
        "its tables are so many, or share so much, that they decode to over %d bytes"
            .formatted(limit),
        at,
        path);
  }

  int u8(long at, FlatPath path) {
    return bytes[check(at, 1, path)] & 0xff;
  }

  int u16(long at, FlatPath path) {
    return (short) SHORT.get(bytes, check(at, 2, path)) & 0xffff;
  }

  int s32(long at, FlatPath path) {
    return (int) INT.get(bytes, check(at, 4, path));
  }

  long u32(long at, FlatPath path) {
    return Integer.toUnsignedLong(s32(at, path));
  }

  long s64(long at, FlatPath path) {
    return (long) LONG.get(bytes, check(at, 8, path));
  }

  /** Where the offset at a position leads to. */
  int offset(int at, FlatPath path) {
    long offset = u32(at, path);
    long target = at + offset;
    if (offset == 0 || target > bytes.length - 4L) {
      throw damaged(
          "an offset of %d leads %s"
              .formatted(offset, offset == 0 ? "to itself" : "out of the file"),
          at,
          path);
    }
    return (int) target;
  }

  /** Refuses a range that doesn't lie in the file; returns its start. */
  int check(long at, long count, FlatPath path) {
    if (at < 0 || count < 0 || at > bytes.length - count) {
      throw damaged(
          "%d bytes at %d are outside the file of %d bytes".formatted(count, at, bytes.length),
          at,
          path);
    }
    return (int) at;
  }

  ModelFileException damaged(String what, long at, FlatPath path) {
    return problem(what, at, path, "the file is damaged or cut short, fetch or export it again");
  }

  ModelFileException problem(String what, long at, FlatPath path, String mend) {
    return new ModelFileException(
        "Model %s, byte %d, %s: %s. Mend: %s".formatted(source, at, path, what, mend));
  }
}
