package dev.octune.workers.build;

import dev.octune.kernels.target.Arch;
import dev.octune.workers.build.ElfObject.Relocation;
import dev.octune.workers.build.ElfObject.Section;
import dev.octune.workers.build.ElfObject.Symbol;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Lays the code and constants of one object out as an {@link Image} and resolves its relocations:
 * code first, constants behind it, all of them relative to each other, so that nothing depends on
 * the address. What would need a loader, a library or writable memory is refused by name.
 */
final class ObjectLinker {
  /** Place of a section that is not part of the image. */
  private static final int ABSENT = -1;

  /** Unwind tables: allocated by the letter, of no use where nothing is thrown. */
  private static final String UNWIND = ".eh_frame";

  private final ElfObject object;
  private final RelocationRules rules;
  private final List<Symbol> symbols;
  private final int[] places;
  private final byte[] image;

  private ObjectLinker(ElfObject object, RelocationRules rules) throws ObjectException {
    this.object = object;
    this.rules = rules;
    this.symbols = object.symbols();
    this.places = new int[object.sections().size()];
    this.image = new byte[layOut()];
  }

  static Image link(Arch arch, byte[] bytes) throws ObjectException {
    RelocationRules rules =
        switch (arch) {
          case X86_64 -> new X86Relocations();
          case AARCH64 -> new Aarch64Relocations();
        };
    ObjectLinker linker = new ObjectLinker(ElfObject.read(bytes, rules.machine()), rules);
    linker.refuseUndefined();
    linker.copySections();
    linker.relocate();
    return new Image(linker.image, linker.entries());
  }

  /** Gives each section its place and tells the image's bytes. */
  private int layOut() throws ObjectException {
    Arrays.fill(places, ABSENT);
    long end = 0;
    for (boolean code : new boolean[] {true, false}) {
      for (int i = 0; i < places.length; i++) {
        Section section = object.sections().get(i);
        if (!isImaged(section) || section.has(ElfObject.FLAG_EXEC) != code) {
          continue;
        }
        long align = Math.max(1, section.align());
        if (Long.bitCount(align) != 1 || align > Image.ALIGNMENT_BYTES) {
          throw new ObjectException(
              "section %s is aligned to %d bytes, the limit is %d"
                  .formatted(section.name(), align, Image.ALIGNMENT_BYTES));
        }
        end = (end + align - 1) & -align;
        places[i] = (int) end;
        end += section.sizeBytes();
        if (end > Image.MAX_BYTES) {
          throw new ObjectException(
              "code and constants have more than %d bytes".formatted(Image.MAX_BYTES));
        }
      }
    }
    if (end == 0) {
      throw new ObjectException("the object has no code");
    }
    return (int) end;
  }

  private static boolean isImaged(Section section) throws ObjectException {
    if (!section.has(ElfObject.FLAG_ALLOC)
        || section.sizeBytes() == 0
        || section.name().startsWith(UNWIND)) {
      return false;
    }
    if (section.has(ElfObject.FLAG_WRITE) || section.has(ElfObject.FLAG_TLS)) {
      throw new ObjectException(
          "section %s of %d bytes is writable; a kernel has no writable statics"
              .formatted(section.name(), section.sizeBytes()));
    }
    if (section.type() != ElfObject.SECTION_PROGBITS) {
      throw new ObjectException(
          "section %s has type %d; only code and constants can be placed"
              .formatted(section.name(), section.type()));
    }
    return true;
  }

  private void refuseUndefined() throws ObjectException {
    TreeSet<String> missing = new TreeSet<>();
    for (Symbol symbol : symbols) {
      if (symbol.section() == ElfObject.UNDEFINED && !symbol.name().isEmpty()) {
        missing.add(symbol.name());
      }
    }
    if (!missing.isEmpty()) {
      throw new ObjectException(
          "undefined symbol "
              + String.join(", ", missing)
              + ": a kernel calls nothing outside its module");
    }
  }

  private void copySections() {
    for (int i = 0; i < places.length; i++) {
      if (places[i] != ABSENT) {
        byte[] content = object.content(object.sections().get(i));
        System.arraycopy(content, 0, image, places[i], content.length);
      }
    }
  }

  private void relocate() throws ObjectException {
    ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    for (Section table : object.sections()) {
      int target = table.info();
      boolean isTable =
          table.type() == ElfObject.SECTION_RELA || table.type() == ElfObject.SECTION_REL;
      if (!isTable || target < 0 || target >= places.length || places[target] == ABSENT) {
        continue;
      }
      if (table.type() == ElfObject.SECTION_REL) {
        throw new ObjectException("relocations without addends in " + table.name());
      }
      int sizeBytes = object.sections().get(target).sizeBytes();
      for (Relocation relocation : object.relocations(table)) {
        int width = rules.widthBytes(relocation.type());
        if (relocation.offset() < 0 || relocation.offset() > sizeBytes - width) {
          throw new ObjectException(
              "a relocation of %s is at %d of %d bytes"
                  .formatted(table.name(), relocation.offset(), sizeBytes));
        }
        int place = places[target] + (int) relocation.offset();
        rules.apply(bytes, place, relocation.type(), goal(relocation));
      }
    }
  }

  /** Offset in the image that a relocation refers to; with its addend it may lie outside. */
  private long goal(Relocation relocation) throws ObjectException {
    int index = relocation.symbol();
    if (index <= 0 || index >= symbols.size()) {
      throw new ObjectException("a relocation refers to symbol " + index);
    }
    return place(symbols.get(index)) + relocation.addend();
  }

  private long place(Symbol symbol) throws ObjectException {
    if (symbol.section() >= places.length
        || places[symbol.section()] == ABSENT
        || symbol.value() < 0
        || symbol.value() > object.sections().get(symbol.section()).sizeBytes()) {
      throw new ObjectException(
          "symbol '%s' is not within code or constants".formatted(symbol.name()));
    }
    return places[symbol.section()] + symbol.value();
  }

  private Map<String, Integer> entries() throws ObjectException {
    Map<String, Integer> entries = new HashMap<>();
    for (Symbol symbol : symbols) {
      if (symbol.kind() == Symbol.KIND_FUNCTION
          && symbol.binding() != Symbol.BINDING_LOCAL
          && entries.put(symbol.name(), (int) place(symbol)) != null) {
        throw new ObjectException("function '%s' is defined twice".formatted(symbol.name()));
      }
    }
    return entries;
  }
}
