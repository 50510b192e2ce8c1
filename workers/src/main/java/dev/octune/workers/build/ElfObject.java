package dev.octune.workers.build;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A relocatable ELF64 little-endian object, as far as an image needs it (System V ABI, chapters 4
 * and 5). Every offset, size and index is checked against the file before it is used: a damaged
 * object is refused, never trusted.
 */
final class ElfObject {
  static final int MACHINE_X86_64 = 62;
  static final int MACHINE_AARCH64 = 183;

  static final int SECTION_PROGBITS = 1;
  static final int SECTION_SYMTAB = 2;
  static final int SECTION_RELA = 4;
  static final int SECTION_NOBITS = 8;
  static final int SECTION_REL = 9;

  static final long FLAG_WRITE = 1;
  static final long FLAG_ALLOC = 2;
  static final long FLAG_EXEC = 4;
  static final long FLAG_TLS = 0x400;

  static final int UNDEFINED = 0;
  private static final int FIRST_RESERVED_INDEX = 0xff00;

  /** A kernel's object has a dozen. */
  private static final int MAX_SECTIONS = 4096;

  private static final int HEADER_BYTES = 64;
  private static final int SECTION_HEADER_BYTES = 64;
  private static final int SYMBOL_BYTES = 24;
  private static final int RELA_BYTES = 24;
  private static final int TYPE_RELOCATABLE = 1;

  /** One section header; offsets and sizes are within the file. */
  record Section(
      String name,
      int type,
      long flags,
      int offset,
      int sizeBytes,
      int link,
      int info,
      long align) {
    boolean has(long flag) {
      return (flags & flag) != 0;
    }
  }

  /**
   * One symbol.
   *
   * @param section index of the section that holds it, or {@link #UNDEFINED}
   */
  record Symbol(String name, int kind, int binding, int section, long value) {
    static final int KIND_FUNCTION = 2;
    static final int BINDING_LOCAL = 0;
  }

  /** One relocation: the place at {@code offset} of its section refers to symbol + addend. */
  record Relocation(long offset, int type, int symbol, long addend) {}

  private final ByteBuffer file;
  private final List<Section> sections;

  private ElfObject(ByteBuffer file, List<Section> sections) {
    this.file = file;
    this.sections = sections;
  }

  static ElfObject read(byte[] bytes, int machine) throws ObjectException {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < HEADER_BYTES
        || file.getInt(0) != 0x464c457f
        || file.get(4) != 2
        || file.get(5) != 1) {
      throw new ObjectException("the object is not an ELF64 little-endian file");
    }
    int type = Short.toUnsignedInt(file.getShort(16));
    int fileMachine = Short.toUnsignedInt(file.getShort(18));
    if (type != TYPE_RELOCATABLE || fileMachine != machine) {
      throw new ObjectException(
          "the object has ELF type %d and machine %d, must be %d and %d"
              .formatted(type, fileMachine, TYPE_RELOCATABLE, machine));
    }
    long tableOffset = file.getLong(40);
    int entryBytes = Short.toUnsignedInt(file.getShort(58));
    int count = Short.toUnsignedInt(file.getShort(60));
    int namesIndex = Short.toUnsignedInt(file.getShort(62));
    if (entryBytes != SECTION_HEADER_BYTES || count > MAX_SECTIONS || namesIndex >= count) {
      throw new ObjectException(
          "the object's section table is damaged: %d entries of %d bytes, names in section %d"
              .formatted(count, entryBytes, namesIndex));
    }
    int table = within(bytes.length, tableOffset, (long) count * entryBytes, "section table");
    List<Section> nameless = new ArrayList<>();
    List<Integer> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = table + i * entryBytes;
      int sectionType = file.getInt(at + 4);
      long size = file.getLong(at + 32);
      if (size < 0 || size > Integer.MAX_VALUE) {
        throw new ObjectException("section %d of the object has %d bytes".formatted(i, size));
      }
      int offset =
          sectionType == SECTION_NOBITS || sectionType == 0
              ? 0
              : within(bytes.length, file.getLong(at + 24), size, "section " + i);
      names.add(file.getInt(at));
      nameless.add(
          new Section(
              "",
              sectionType,
              file.getLong(at + 8),
              offset,
              (int) size,
              file.getInt(at + 40),
              file.getInt(at + 44),
              file.getLong(at + 48)));
    }
    ElfObject unnamed = new ElfObject(file, nameless);
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Section s = nameless.get(i);
      String name = unnamed.string(namesIndex, names.get(i));
      sections.add(
          new Section(
              name, s.type(), s.flags(), s.offset(), s.sizeBytes(), s.link(), s.info(), s.align()));
    }
    return new ElfObject(file, List.copyOf(sections));
  }

  List<Section> sections() {
    return sections;
  }

  /** A copy of a section's bytes. */
  byte[] content(Section section) {
    byte[] content = new byte[section.sizeBytes()];
    file.get(section.offset(), content);
    return content;
  }

  /** The symbols of the object's symbol table; index 0 is the nameless undefined one. */
  List<Symbol> symbols() throws ObjectException {
    List<Symbol> symbols = new ArrayList<>();
    for (Section table : sections) {
      if (table.type() != SECTION_SYMTAB) {
        continue;
      }
      if (!symbols.isEmpty()) {
        throw new ObjectException("the object has two symbol tables");
      }
      for (int at = 0; at + SYMBOL_BYTES <= table.sizeBytes(); at += SYMBOL_BYTES) {
        int entry = table.offset() + at;
        int info = Byte.toUnsignedInt(file.get(entry + 4));
        int section = Short.toUnsignedInt(file.getShort(entry + 6));
        if (section >= sections.size() && section < FIRST_RESERVED_INDEX) {
          throw new ObjectException(
              "symbol %d of the object lies in section %d of %d"
                  .formatted(symbols.size(), section, sections.size()));
        }
        symbols.add(
            new Symbol(
                string(table.link(), file.getInt(entry)),
                info & 15,
                info >> 4,
                section,
                file.getLong(entry + 8)));
      }
    }
    return symbols;
  }

  /** The relocations that a section of type RELA holds. */
  List<Relocation> relocations(Section table) {
    List<Relocation> relocations = new ArrayList<>();
    for (int at = 0; at + RELA_BYTES <= table.sizeBytes(); at += RELA_BYTES) {
      int entry = table.offset() + at;
      relocations.add(
          new Relocation(
              file.getLong(entry),
              file.getInt(entry + 8),
              file.getInt(entry + 12),
              file.getLong(entry + 16)));
    }
    return relocations;
  }

  private String string(int tableIndex, int offset) throws ObjectException {
    if (tableIndex < 0 || tableIndex >= sections.size()) {
      throw new ObjectException("the object has no string table " + tableIndex);
    }
    Section table = sections.get(tableIndex);
    if (table.type() == SECTION_NOBITS || offset < 0 || offset >= table.sizeBytes()) {
      if (offset == 0) {
        return "";
      }
      throw new ObjectException(
          "a name of the object starts at %d of a table of %d bytes"
              .formatted(offset, table.sizeBytes()));
    }
    int end = offset;
    while (end < table.sizeBytes() && file.get(table.offset() + end) != 0) {
      end++;
    }
    byte[] name = new byte[end - offset];
    file.get(table.offset() + offset, name);
    return new String(name, StandardCharsets.UTF_8);
  }

  private static int within(int fileBytes, long offset, long sizeBytes, String what)
      throws ObjectException {
    if (offset < 0 || offset > fileBytes || sizeBytes > fileBytes - offset) {
      throw new ObjectException(
          "%s of the object, %d bytes at %d, is outside its %d bytes"
              .formatted(what, sizeBytes, offset, fileBytes));
    }
    return (int) offset;
  }
}
