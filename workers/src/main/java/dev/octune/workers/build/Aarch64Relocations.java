package dev.octune.workers.build;

import java.nio.ByteBuffer;

/**
 * ELF for the Arm 64-bit Architecture, §5.7: the types without the load address but for its page.
 */
record Aarch64Relocations() implements RelocationRules {
  private static final int PREL64 = 260;
  private static final int PREL32 = 261;
  private static final int LD_PREL_LO19 = 273;
  private static final int ADR_PREL_LO21 = 274;
  private static final int ADR_PREL_PG_HI21 = 275;
  private static final int ADR_PREL_PG_HI21_NC = 276;
  private static final int ADD_ABS_LO12_NC = 277;
  private static final int LDST8_ABS_LO12_NC = 278;
  private static final int TSTBR14 = 279;
  private static final int CONDBR19 = 280;
  private static final int JUMP26 = 282;
  private static final int CALL26 = 283;
  private static final int LDST16_ABS_LO12_NC = 284;
  private static final int LDST32_ABS_LO12_NC = 285;
  private static final int LDST64_ABS_LO12_NC = 286;
  private static final int LDST128_ABS_LO12_NC = 299;

  private static final int PAGE_BITS = 12;

  @Override
  public int machine() {
    return ElfObject.MACHINE_AARCH64;
  }

  @Override
  public int widthBytes(int type) throws ObjectException {
    return switch (type) {
      case PREL64 -> Long.BYTES;
      case PREL32,
          LD_PREL_LO19,
          ADR_PREL_LO21,
          ADR_PREL_PG_HI21,
          ADR_PREL_PG_HI21_NC,
          ADD_ABS_LO12_NC,
          LDST8_ABS_LO12_NC,
          LDST16_ABS_LO12_NC,
          LDST32_ABS_LO12_NC,
          LDST64_ABS_LO12_NC,
          LDST128_ABS_LO12_NC,
          TSTBR14,
          CONDBR19,
          JUMP26,
          CALL26 ->
          Integer.BYTES;
      default -> throw new ObjectException("relocation " + name(type) + " needs a loader");
    };
  }

  @Override
  public void apply(ByteBuffer image, int place, int type, long goal) throws ObjectException {
    long distance = goal - place;
    switch (type) {
      case PREL64 -> image.putLong(place, distance);
      case PREL32 -> {
        RelocationRules.requireSigned(distance, Integer.SIZE, name(type));
        image.putInt(place, (int) distance);
      }
      case LD_PREL_LO19, CONDBR19 -> words(image, place, type, distance, 19, 5);
      case TSTBR14 -> words(image, place, type, distance, 14, 5);
      case JUMP26, CALL26 -> words(image, place, type, distance, 26, 0);
      case ADR_PREL_LO21 -> adr(image, place, type, distance);
      case ADR_PREL_PG_HI21, ADR_PREL_PG_HI21_NC ->
          adr(image, place, type, (goal >> PAGE_BITS) - (place >> PAGE_BITS));
      case ADD_ABS_LO12_NC, LDST8_ABS_LO12_NC -> low12(image, place, type, goal, 0);
      case LDST16_ABS_LO12_NC -> low12(image, place, type, goal, 1);
      case LDST32_ABS_LO12_NC -> low12(image, place, type, goal, 2);
      case LDST64_ABS_LO12_NC -> low12(image, place, type, goal, 3);
      case LDST128_ABS_LO12_NC -> low12(image, place, type, goal, 4);
      default -> throw new ObjectException("relocation " + name(type) + " needs a loader");
    }
  }

  /** A distance counted in instructions, in a field of so many bits from bit {@code shift} on. */
  private static void words(
      ByteBuffer image, int place, int type, long distance, int bits, int shift)
      throws ObjectException {
    if (distance % Integer.BYTES != 0) {
      throw new ObjectException("%s over %d bytes".formatted(name(type), distance));
    }
    long words = distance / Integer.BYTES;
    RelocationRules.requireSigned(words, bits, name(type));
    int mask = ((1 << bits) - 1) << shift;
    put(image, place, mask, (int) words << shift);
  }

  /** The split field of ADR and ADRP: two low bits at 29, the others at 5. */
  private static void adr(ByteBuffer image, int place, int type, long value)
      throws ObjectException {
    RelocationRules.requireSigned(value, 21, name(type));
    put(
        image,
        place,
        0x60ffffe0,
        (((int) value & 3) << 29) | ((((int) value >> 2) & 0x7ffff) << 5));
  }

  /** The offset within the page, counted in units of the access. */
  private static void low12(ByteBuffer image, int place, int type, long goal, int unitBits)
      throws ObjectException {
    long low = goal & 0xfff;
    if ((low & ((1 << unitBits) - 1)) != 0) {
      throw new ObjectException("%s to the odd offset %d".formatted(name(type), goal));
    }
    put(image, place, 0xfff << 10, (int) (low >> unitBits) << 10);
  }

  private static void put(ByteBuffer image, int place, int mask, int field) {
    image.putInt(place, (image.getInt(place) & ~mask) | (field & mask));
  }

  private static String name(int type) {
    return switch (type) {
      case 257 -> "R_AARCH64_ABS64";
      case 258 -> "R_AARCH64_ABS32";
      case PREL64 -> "R_AARCH64_PREL64";
      case PREL32 -> "R_AARCH64_PREL32";
      case LD_PREL_LO19 -> "R_AARCH64_LD_PREL_LO19";
      case ADR_PREL_LO21 -> "R_AARCH64_ADR_PREL_LO21";
      case ADR_PREL_PG_HI21 -> "R_AARCH64_ADR_PREL_PG_HI21";
      case ADR_PREL_PG_HI21_NC -> "R_AARCH64_ADR_PREL_PG_HI21_NC";
      case ADD_ABS_LO12_NC -> "R_AARCH64_ADD_ABS_LO12_NC";
      case LDST8_ABS_LO12_NC -> "R_AARCH64_LDST8_ABS_LO12_NC";
      case TSTBR14 -> "R_AARCH64_TSTBR14";
      case CONDBR19 -> "R_AARCH64_CONDBR19";
      case JUMP26 -> "R_AARCH64_JUMP26";
      case CALL26 -> "R_AARCH64_CALL26";
      case LDST16_ABS_LO12_NC -> "R_AARCH64_LDST16_ABS_LO12_NC";
      case LDST32_ABS_LO12_NC -> "R_AARCH64_LDST32_ABS_LO12_NC";
      case LDST64_ABS_LO12_NC -> "R_AARCH64_LDST64_ABS_LO12_NC";
      case LDST128_ABS_LO12_NC -> "R_AARCH64_LDST128_ABS_LO12_NC";
      case 311 -> "R_AARCH64_ADR_GOT_PAGE";
      case 312 -> "R_AARCH64_LD64_GOT_LO12_NC";
      default -> "R_AARCH64 type " + type;
    };
  }
}
