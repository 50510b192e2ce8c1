package dev.octune.workers.build;

import java.nio.ByteBuffer;

/** x86-64 psABI, table 4.9: the types whose value does not depend on the load address. */
record X86Relocations() implements RelocationRules {
  private static final int PC32 = 2;
  private static final int PLT32 = 4;
  private static final int PC64 = 24;

  @Override
  public int machine() {
    return ElfObject.MACHINE_X86_64;
  }

  @Override
  public int widthBytes(int type) throws ObjectException {
    return switch (type) {
      case PC32, PLT32 -> Integer.BYTES;
      case PC64 -> Long.BYTES;
      default -> throw new ObjectException("relocation " + name(type) + " needs a loader");
    };
  }

  @Override
  public void apply(ByteBuffer image, int place, int type, long goal) throws ObjectException {
    long distance = goal - place;
    if (type == PC64) {
      image.putLong(place, distance);
    } else {
      RelocationRules.requireSigned(distance, Integer.SIZE, name(type));
      image.putInt(place, (int) distance);
    }
  }

  private static String name(int type) {
    return switch (type) {
      case 1 -> "R_X86_64_64";
      case PC32 -> "R_X86_64_PC32";
      case 3 -> "R_X86_64_GOT32";
      case PLT32 -> "R_X86_64_PLT32";
      case 9 -> "R_X86_64_GOTPCREL";
      case 10 -> "R_X86_64_32";
      case 11 -> "R_X86_64_32S";
      case 19 -> "R_X86_64_TLSGD";
      case 22 -> "R_X86_64_GOTTPOFF";
      case PC64 -> "R_X86_64_PC64";
      case 41 -> "R_X86_64_GOTPCRELX";
      case 42 -> "R_X86_64_REX_GOTPCRELX";
      default -> "R_X86_64 type " + type;
    };
  }
}
