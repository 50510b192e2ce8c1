package dev.octune.tuner.graph;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A table of a FlatBuffers file whose vtable lies in the file; each field is checked when it is
 * read. Fields are known by their position in the schema's table, counted from 0.
 */
final class FlatTable {
  private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");

  private final FlatFile file;
  private final FlatPath path;
  private final int start;
  private final int sizeBytes;
  private final int vtable;
  private final int vtableBytes;

  FlatTable(FlatFile file, FlatPath path, int start) {
    this.file = file;
    this.path = path;
    this.start = start;
    long vtableAt = (long) start - file.s32(start, path);
    this.vtableBytes = file.u16(vtableAt, path);
    this.sizeBytes = file.u16(vtableAt + 2, path);
    if (vtableBytes < 4 || vtableBytes % 2 != 0 || sizeBytes < 4) {
      throw file.damaged(
          "a vtable of %d bytes for a table of %d bytes".formatted(vtableBytes, sizeBytes),
          vtableAt,
          path);
    }
    this.vtable = file.check(vtableAt, vtableBytes, path);
    file.check(start, sizeBytes, path);
  }

  FlatPath path() {
    return path;
  }

  boolean has(int field) {
    return fieldOffset(field) != 0;
  }

  int s8(int field, String name, int absent) {
    return has(field) ? (byte) file.u8(at(field, 1, name), path) : absent;
  }

  int u8(int field, String name, int absent) {
    return has(field) ? file.u8(at(field, 1, name), path) : absent;
  }

  boolean bool(int field, String name) {
    return u8(field, name, 0) != 0;
  }

  int s32(int field, String name, int absent) {
    return has(field) ? file.s32(at(field, 4, name), path) : absent;
  }

  long u32(int field, String name, long absent) {
    return has(field) ? file.u32(at(field, 4, name), path) : absent;
  }

  long s64(int field, String name, long absent) {
    return has(field) ? file.s64(at(field, 8, name), path) : absent;
  }

  Optional<FlatTable> table(int field, String name) {
    if (!has(field)) {
      return Optional.empty();
    }
    FlatPath at = path.field(name);
    return Optional.of(new FlatTable(file, at, file.offset(at(field, 4, name), at)));
  }

  /** The tables of a vector of tables; empty where it is absent. */
  List<FlatTable> tables(int field, String name, int maxCount) {
    FlatVector vector = vector(field, name, 4, maxCount);
    List<FlatTable> tables = new ArrayList<>(vector.count());
    for (int i = 0; i < vector.count(); i++) {
      FlatPath at = vector.path().element(i);
      tables.add(new FlatTable(file, at, file.offset(vector.at(i), at)));
    }
    return tables;
  }

  /**
   * A vector of fixed-size elements, all of it inside the file; empty where it is absent.
   *
   * @param maxCount most elements that make sense here
   */
  FlatVector vector(int field, String name, int elementBytes, int maxCount) {
    FlatVector vector = span(field, name, elementBytes, maxCount);
    file.decode((long) vector.count() * elementBytes, vector.start(), vector.path());
    return vector;
  }

  /** A vector of bytes that is viewed, not decoded. */
  FlatVector data(int field, String name) {
    FlatVector data = span(field, name, 1, ModelFile.MAX_FILE_BYTES);
    file.view(data.count(), data.start(), data.path());
    return data;
  }

  private FlatVector span(int field, String name, int elementBytes, int maxCount) {
    FlatPath at = path.field(name);
    if (!has(field)) {
      return new FlatVector(file, at, 0, 0, elementBytes);
    }
    int vectorAt = file.offset(at(field, 4, name), at);
    long count = file.u32(vectorAt, at);
    if (count > maxCount) {
      throw file.problem(
          "%d elements, at most %d are read".formatted(count, maxCount),
          vectorAt,
          at,
          "the file is damaged, or larger than any network this is made for");
    }
    file.check(vectorAt + 4L, count * elementBytes, at);
    return new FlatVector(file, at, vectorAt + 4, (int) count, elementBytes);
  }

  /**
   * A string; empty where it is absent. Bytes that are no UTF-8 come out as U+FFFD, and so do
   * control characters: names are shown on terminals.
   */
  String string(int field, String name, int maxBytes) {
    FlatVector chars = vector(field, name, 1, maxBytes);
    try {
      CharBuffer text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPLACE)
              .onUnmappableCharacter(CodingErrorAction.REPLACE)
              .decode(ByteBuffer.wrap(file.bytes(), chars.start(), chars.count()));
      return CONTROL.matcher(text).replaceAll("\uFFFD");
    } catch (CharacterCodingException e) {
      throw new IllegalStateException("a replacing decoder refused its input", e);
    }
  }

  /** An error about this table. */
  ModelFileException problem(String what, String mend) {
    return file.problem(what, start, path, mend);
  }

  ModelFileException damaged(String what) {
    return file.damaged(what, start, path);
  }

  private int at(int field, int widthBytes, String name) {
    int offset = fieldOffset(field);
    if (offset + widthBytes > sizeBytes) {
      throw file.damaged(
          "field %s stands at byte %d of a table of %d bytes".formatted(name, offset, sizeBytes),
          start,
          path);
    }
    return start + offset;
  }

  private int fieldOffset(int field) {
    int entry = 4 + 2 * field;
    return entry + 2 <= vtableBytes ? file.u16(vtable + entry, path) : 0;
  }
}
